"""Money as an integer count of 10⁻¹² US dollars, so that sums are exact in any order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

PICO_PER_DOLLAR = 10**12
# Our own context: the caller's may carry too few digits and would round in silence.
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in picodollars. One token at $0.05 a million is 50,000 of them: no price rounds."""

    pico: int

    def __post_init__(self) -> None:
        if not isinstance(self.pico, int):
            raise TypeError(f"picodollars are a whole number, not {self.pico!r}")

    @classmethod
    def of(cls, dollars: Decimal | int | str) -> Money:
        """Make money from exact dollars, rounding half to even below 10⁻¹².

        Floats are refused: raises TypeError; ValueError where it is no finite amount.
        """
        if isinstance(dollars, float):
            raise TypeError("money takes a Decimal, an int or a string, never a float")
        try:
            scaled = _EXACT.multiply(Decimal(dollars), Decimal(PICO_PER_DOLLAR))
            return cls(int(_EXACT.quantize(scaled, Decimal(1))))
        except (ArithmeticError, ValueError) as error:
            raise ValueError(f"not an amount of money: {dollars!r}") from error

    @classmethod
    def estimate(cls, dollars: float) -> Money:
        """Make money from a modelled (not accounted) amount; only economics may do so.

        Raises ValueError where the amount is infinite or not a number.
        """
        return cls.of(Decimal(repr(float(dollars))))

    def __add__(self, other: Money) -> Money:
        return Money(self.pico + other.pico)

    def __sub__(self, other: Money) -> Money:
        return Money(self.pico - other.pico)

    def __mul__(self, count: int) -> Money:
        return Money(self.pico * count)

    __rmul__ = __mul__

    @property
    def dollars(self) -> Decimal:
        """The exact amount in dollars."""
        return _EXACT.divide(Decimal(self.pico), Decimal(PICO_PER_DOLLAR))

    def __str__(self) -> str:
        amount = abs(self.dollars)
        if amount >= 100:
            text = f"{amount:,.0f}"
        elif amount >= 1:
            text = f"{amount:,.2f}"
        elif amount == 0:
            text = "0"
        elif amount < Decimal("0.0001"):
            text = f"{amount:.1e}"
        else:
            # Prices by the million tokens have three digits, such as $0.125 and $0.0375.
            whole, _, cents = f"{amount:.3g}".partition(".")
            text = f"{whole}.{cents:0<2}"
        return f"{'−' if self.pico < 0 else ''}${text}"


ZERO = Money(0)

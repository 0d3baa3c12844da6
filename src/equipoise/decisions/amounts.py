"""Figures as people read them: volumes, dollars, shares of simulations."""

from __future__ import annotations

from equipoise.domain.money import Money


def count(value: float, beside: float | None = None) -> str:
    """A volume in two digits: 940, 31,000, 3.1 M.

    `beside` is a volume that the text must not seem to reach: as many digits are shown as keep the
    two apart, so that nothing "flips above 31,000" where 31,100 are asked already.
    """
    for digits in range(2, 10):
        rounded = float(f"{value:.{digits}g}")
        if beside is None or _side(rounded, beside) == _side(value, beside):
            break
    return f"{rounded / 1e6:,.9g} M" if rounded >= 1e6 else f"{rounded:,.9g}"


def _side(value: float, beside: float) -> int:
    return (value > beside) - (value < beside)


def dollars(value: float) -> str:
    """An amount with as many digits as its size is worth: $18,400, $3.50, $0.0021."""
    return str(Money.estimate(value))


def percent(value: float) -> str:
    """A rate in three digits, such as 85%, 97.5% and 0.125%."""
    return f"{100 * value:.3g}%"


def chance(value: float, asked: float) -> str:
    """A share of simulations in whole per cent, closer where that would hide who is below `asked`.

    79.96 % must not read as 80 % where 80 % are asked for.
    """
    for digits in range(3):
        rounded = round(value, digits + 2)
        if (rounded >= asked) == (value >= asked):
            break
    return f"{rounded:.{digits}%}"

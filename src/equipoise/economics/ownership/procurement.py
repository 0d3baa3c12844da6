"""Five ways to have a machine: bought, leased, and rented on demand, reserved or spot.

All come down to the same: what one machine costs at the start and each month, and what it brings in
the end, so that `finance` levels them alike. Amounts may be draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.economics.finance import capital_recovery_factor
from equipoise.economics.path import HOURS_PER_MONTH
from equipoise.economics.quantity import Quantity, median


@dataclass(frozen=True, slots=True)
class Procurement:
    """What one machine costs, in dollars.

    `start_usd` is paid before the first month, `monthly_usd` at the end of each, busy or idle;
    after n months it sells for `start_usd` · `value_ratio_per_year`^(n/12), for nothing where
    nothing was bought. `housed` is whether its power and its place are ours to pay; rent includes
    both. `moves` is whether the monthly price follows the market, rather than a contract. `basis`
    says how the price comes about.
    """

    start_usd: Quantity
    monthly_usd: Quantity
    value_ratio_per_year: Quantity
    housed: bool
    moves: bool
    basis: str

    def end_usd(self, months: int) -> Quantity:
        """What it sells for after so many months."""
        return self.start_usd * self.value_ratio_per_year ** (months / 12)


def bought(
    accelerators_usd: Quantity, server_share: Quantity, value_ratio_per_year: Quantity
) -> Procurement:
    """Bought new: its accelerators, and the server around them for a share of their price."""
    price = accelerators_usd * (1 + server_share)
    basis = (
        f"bought at ${median(price):,.0f} (accelerators ${median(accelerators_usd):,.0f}, "
        f"the server {median(server_share):.0%} of that), "
        f"keeping {median(value_ratio_per_year):.0%} of its value a year"
    )
    return Procurement(price, 0.0, value_ratio_per_year, housed=True, moves=False, basis=basis)


def leased(
    price_usd: Quantity, rate_per_year: Quantity, residual_share: Quantity, months: int
) -> Procurement:
    """Leased at a payment that recovers the price, less what it is worth when it goes back.

    The lessor counts on `residual_share` of the price after `months`; the payment goes on at the
    same rate for as long as the machine is kept. Raises ValueError unless there is a month.
    """
    factor = capital_recovery_factor(rate_per_year, months)
    grown = (1 + rate_per_year) ** (months / 12)
    payment = price_usd * (1 - residual_share / grown) * factor
    basis = (
        f"leased at ${median(payment):,.0f} a month (price ${median(price_usd):,.0f}, {months} "
        f"months at {median(rate_per_year):.1%} a year, {median(residual_share):.0%} left)"
    )
    return Procurement(0.0, payment, 0.0, housed=True, moves=False, basis=basis)


def on_demand(usd_per_hour: Quantity) -> Procurement:
    """Rented by the hour, all hours of the month."""
    basis = f"${median(usd_per_hour):,.4g} an hour × {HOURS_PER_MONTH:.0f} hours"
    return _rented(usd_per_hour, basis, moves=True)


def reserved(usd_per_hour: Quantity, discount: Quantity) -> Procurement:
    """Rented for a term at a discount, paid regardless; the price is the contract's throughout."""
    basis = (
        f"${median(usd_per_hour):,.4g} an hour less {median(discount):.0%} for the commitment "
        f"× {HOURS_PER_MONTH:.0f} hours, used or not"
    )
    return _rented(usd_per_hour * (1 - discount), basis, moves=False)


def spot(
    usd_per_hour: Quantity, spot_ratio: Quantity, overhead: Quantity, fallback_share: Quantity
) -> Procurement:
    """Rented for as long as nobody pays more: cheap, but it has to start again and again.

    A share `overhead` of paid time goes into starting, and for `fallback_share` of the time a
    machine on demand stands in. `usd_per_hour` is that one's price.
    """
    working = usd_per_hour * spot_ratio / (1 - overhead)
    price = (1 - fallback_share) * working + fallback_share * usd_per_hour
    basis = (
        f"spot at {median(spot_ratio):.0%} of ${median(usd_per_hour):,.4g} an hour, "
        f"{median(overhead):.0%} of it lost to starting again, {median(fallback_share):.0%} of the "
        f"time on demand × {HOURS_PER_MONTH:.0f} hours"
    )
    return _rented(price, basis, moves=True)


def _rented(usd_per_hour: Quantity, basis: str, *, moves: bool) -> Procurement:
    monthly = usd_per_hour * HOURS_PER_MONTH
    return Procurement(0.0, monthly, 0.0, housed=False, moves=moves, basis=basis)

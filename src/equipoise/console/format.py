"""How figures are written: money, shares, counts, times, each with its unit and honest digits.

Knows no language but English and no currency but the US dollar. A figure that is None is written
"not known"; no float ever reaches a reader as its repr.
"""

from __future__ import annotations

import math
import re
from datetime import date

from equipoise.domain.money import PICO_PER_DOLLAR

NBSP = "\u00a0"
MINUS = "−"
DASH = "–"
UNKNOWN = "not known"

_PICO_PER_CENT = PICO_PER_DOLLAR // 100
_PERCENT = re.compile(r"(?<=\d) ?%")
_DOLLAR_UNITS = ("us dollars", "dollars", "usd", "us$", "$")
_SHARE_UNITS = frozenset(
    {"share", "rate", "accept rate", "fraction", "probability", "proportion", "%", "percent"}
)


def money(usd: float | None) -> str:
    """Dollars: whole from 100, cents from 1, up to three significant digits below ("$0.0031")."""
    if usd is None or not math.isfinite(usd):
        return UNKNOWN
    return _dollars(usd, _money_decimals(usd, usd))


def money_range(usd: float | None, low: float | None, high: float | None) -> str:
    """An amount with its interval, as "$1,200 (950–1,600)"; without an interval the amount."""
    if usd is None or low is None or high is None:
        return money(usd)
    if not math.isfinite(usd):
        return UNKNOWN
    decimals = _money_decimals(usd, usd, low, high)
    ends = (_signed(end, decimals) if math.isfinite(end) else "∞" for end in (low, high))
    return f"{_dollars(usd, decimals)} ({DASH.join(ends)})"


def outlay(usd: float) -> str:
    """What something would cost that is not worth fractions of a cent: "$0.31", "nothing"."""
    if usd <= 0:
        return "nothing"
    return _dollars(usd, 0 if usd >= 100 else 2) if usd >= 0.005 else "under a cent"


def cents(usd: float) -> str:
    """An amount that others are added to: cents, or the digits it needs where it is below one."""
    return _dollars(usd, max(2, _money_decimals(usd, usd)))


def exact_usd(pico: int) -> str:
    """An accounted amount, given in picodollars, to the cent: "$1,234.56", "−$0.07".

    What is not nothing and rounds to no cent is "under a cent". Rounds half to even, in integers.
    """
    size = abs(pico)
    whole, rest = divmod(size, _PICO_PER_CENT)
    whole += 2 * rest > _PICO_PER_CENT or (2 * rest == _PICO_PER_CENT and whole % 2)
    if pico and not whole:
        return "under a cent"
    return f"{MINUS if pico < 0 else ''}${whole // 100:,}.{whole % 100:02d}"


def about(usd: float | None) -> str:
    """A modelled amount to three significant digits: "$48,300", "$0.0031"."""
    return money(usd and _significant(usd))


def about_range(usd: float, low: float, high: float) -> str:
    """A modelled amount with its interval, each to three significant digits."""
    return money_range(*map(_significant, (usd, low, high)))


def price(usd: float) -> str:
    """A round amount as a chart's tick: "$5,000", "$5", "$0.20", "$0.003"."""
    text = f"{_sign(usd)}${number(abs(usd))}"
    return f"{text}0" if text[-2:-1] == "." else text


def percent(share: float | None) -> str:
    """A share of one as "87 %" or "92.5 %": at most one decimal, none that says nothing."""
    return UNKNOWN if share is None else f"{_percentage(share)}{NBSP}%"


def part(amount: float, whole: float) -> str:
    """An amount's part of a whole, as "43.1 %" or "under 0.1 %"; empty where there is no whole."""
    if whole <= 0:
        return ""
    if amount and abs(amount) < 0.0005 * whole:
        return f"under{NBSP}0.1{NBSP}%"
    return percent(amount / whole)


def percent_range(share: float | None, low: float | None, high: float | None) -> str:
    """A share with its interval, as "87 % (81–91)"."""
    if share is None or low is None or high is None:
        return percent(share)
    return f"{percent(share)} ({_percentage(low)}{DASH}{_percentage(high)})"


def chance(probability: float | None) -> str:
    """A simulated probability in whole percents; it never says 0 or 100."""
    if probability is None:
        return UNKNOWN
    if probability > 0.99:
        return f"over{NBSP}99{NBSP}%"
    if probability < 0.01:
        return f"under{NBSP}1{NBSP}%"
    return f"{probability * 100:.0f}{NBSP}%"


def count(number: float) -> str:
    """A whole number with thousands separated: "120,000"."""
    return _signed(number, 0)


def volume(requests: float) -> str:
    """A modelled volume to three significant digits, in full: "84,300"."""
    return count(float(f"{requests:.3g}"))


def number(value: float | None) -> str:
    """A plain number: whole from 1,000, otherwise three significant digits without idle zeros."""
    if value is None:
        return UNKNOWN
    if not math.isfinite(value):
        return f"{_sign(value)}∞"
    if value == 0 or abs(value) >= 1000:
        return _signed(value, 0)
    text = _fixed(abs(value), max(0, 2 - _magnitude(value)))
    return _sign(value) + (text.rstrip("0").rstrip(".") if "." in text else text)


def seconds(value: float | None) -> str:
    """A time as "840 ms" or "2.1 s"."""
    if value is None:
        return UNKNOWN
    return f"{value * 1000:.0f}{NBSP}ms" if value < 1 else f"{number(value)}{NBSP}s"


def counted(number: int, thing: str) -> str:
    """So many of a thing, small numbers in words: "two candidates", "14 candidates"."""
    return f"{in_words(number)} {thing}{'' if number == 1 else 's'}"


def in_words(number: int) -> str:
    """A number below ten as a word, others in digits."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if 0 <= number < len(words) else count(number)


def hours(value: float) -> str:
    """A time to spend: minutes below one hour."""
    if value < 1:
        minutes = max(1, round(value * 60))
        return f"{minutes}{NBSP}minute{'' if minutes == 1 else 's'}"
    return f"{number(value)}{NBSP}hour{'' if value == 1 else 's'}"


def quantity(value: float | None, unit: str) -> str:
    """A value in its unit: dollars and shares in their own way, anything else as number and unit.

    "US dollars a month" gives "$1,200 a month", "share of answers" gives "87 % of answers".
    """
    return _in_unit(unit, money(value), percent(value), number(value)) if value is not None else ""


def quantity_range(value: float, low: float, high: float, unit: str) -> str:
    """A value with its interval in its unit."""
    plain = f"{number(value)} ({number(low)}{DASH}{number(high)})"
    return _in_unit(unit, money_range(value, low, high), percent_range(value, low, high), plain)


def day(when: date | None) -> str:
    """A date as ISO 8601 writes it."""
    return "undated" if when is None else when.isoformat()


def spelled(identifier: str) -> str:
    """A word of the code as people write it: `data_class` is "data class"."""
    return identifier.replace("_", " ")


def prose(text: str) -> str:
    """Somebody's sentence, with its percent signs bound to their numbers: "85 %"."""
    return _PERCENT.sub(f"{NBSP}%", text)


def sentence(text: str) -> str:
    """Somebody's sentence, begun with a capital."""
    return prose(text[:1].upper() + text[1:])


def _in_unit(unit: str, dollars: str, share: str, plain: str) -> str:
    words = spelled(unit).strip()
    lowered = words.lower()
    for name in _DOLLAR_UNITS:
        if lowered == name or lowered.startswith((f"{name} ", f"{name}/")):
            return f"{dollars}{words[len(name) :]}"
    if lowered in _SHARE_UNITS:
        return share
    if lowered.startswith("share of "):
        return f"{share} {words[6:]}"
    return f"{plain} {words}".rstrip()


def _significant(value: float) -> float:
    return float(f"{value:.3g}")


def _magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value)))


def _dollars(usd: float, decimals: int) -> str:
    text = _signed(usd, decimals)
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def _money_decimals(usd: float, *shown: float) -> int:
    """How many decimals an amount gets: below a dollar as many as `shown` need, two at least."""
    size = round(abs(usd), 2)
    if usd == 0 or size >= 100:
        return 0
    if size >= 1:
        return 2
    most = 2 - _magnitude(usd)
    finite = (_fixed(abs(value), most).rstrip("0") for value in shown if math.isfinite(value))
    return max(2, *(len(text.partition(".")[2]) for text in finite))


def _percentage(share: float) -> str:
    text = f"{share * 100:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text.replace("-", MINUS)


def _fixed(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


def _signed(value: float, decimals: int) -> str:
    text = _fixed(abs(value), decimals)
    return (_sign(value) if text.strip("0.,") else "") + text


def _sign(value: float) -> str:
    return MINUS if value < 0 else ""

"""Lines of any bill, for properties that must hold of every one."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from equipoise.domain.bill import BillLine, BillSource, ChargeKind, Reading, Role, Tier, Tokens

from .readings import DAY, source

PROVIDERS = ("openai", "anthropic", "nobody", "")
MODELS = (
    "gpt-5-mini",
    "gpt-5-mini-2025-08-07",
    "claude-sonnet-4-5",
    "text-embedding-3-small",
    "gpt-image-1",
    "ft:gpt-4.1-mini:acme::x",
    "no-such-model",
    "",
)
NAMES = ("", "alpha", "=cmd()", 'a"b\nc')
SOURCES = (
    source("usage-a.json", Role.USAGE, "usage"),
    source("usage-b.csv", Role.USAGE, "usage", layout="usages_csv"),
    source("costs.csv", Role.INVOICE, "costs"),
    source("tax.csv", Role.INVOICE, "marketplace", zone="America/Los_Angeles"),
    source("proxy.jsonl", Role.LOG, "proxy"),
)
COUNTS = st.integers(0, 10**9)


@st.composite
def lines(draw: st.DrawFn) -> BillLine:
    """A line of one of the sources; invoices state amounts, and now and then tokens."""
    place = draw(st.integers(0, len(SOURCES) - 1))
    role = SOURCES[place].role
    invoice = role is Role.INVOICE
    kind = draw(st.sampled_from(ChargeKind)) if invoice else ChargeKind.USAGE
    stated = invoice or (role is Role.LOG and draw(st.booleans()))
    counted = draw(st.booleans()) if invoice else True
    return BillLine(
        source=place,
        role=role,
        provider=draw(st.sampled_from(PROVIDERS)),
        day=DAY + timedelta(days=draw(st.integers(-3, 30))),
        project=draw(st.sampled_from(NAMES)),
        key=draw(st.sampled_from(NAMES)),
        model=draw(st.sampled_from(MODELS)),
        tier=draw(st.sampled_from(Tier)),
        long_context=draw(st.booleans()),
        kind=kind,
        sku=draw(st.sampled_from(NAMES)),
        group=draw(st.sampled_from(NAMES)),
        requests=draw(st.none() | st.integers(0, 10**6)),
        tokens=Tokens(*draw(st.tuples(*[COUNTS] * 7))) if counted else Tokens(),
        cost_pico=draw(st.integers(-(10**16), 10**17)) if stated else None,
    )


BILLS: st.SearchStrategy[list[BillLine]] = st.lists(lines(), min_size=1, max_size=12)


def read(found: list[BillLine], sources: tuple[BillSource, ...] = SOURCES) -> Reading:
    return Reading(tuple(found), sources)

"""Pages of a bill to render: a rich one, and one of which little is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from equipoise.bill.page import (
    Advice,
    BillPage,
    Breakdown,
    BreakEven,
    Ceiling,
    Draft,
    Fleet,
    MissingFact,
    Range,
    ReconciledRow,
    Reconciliation,
    Saving,
    SpendRow,
    Staffing,
    Trend,
)
from equipoise.domain.bill import BillSource, Note, Role
from equipoise.domain.money import PICO_PER_DOLLAR
from equipoise.domain.provenance import Assumption, Source

FIRST, LAST, TODAY = date(2026, 9, 1), date(2026, 10, 31), date(2026, 11, 2)
SPAN = (LAST - FIRST).days + 1
CENT = PICO_PER_DOLLAR // 100


def usd(dollars: float) -> int:
    """Picodollars, to the cent."""
    return round(dollars * 100) * CENT


def row(name: str, dollars: float, tokens: int = 0, requests: int | None = None) -> SpendRow:
    return SpendRow(name, usd(dollars), tokens, requests)


def _days() -> tuple[tuple[date, int], ...]:
    """Working days cost more than the others, a little more each week; one day has no traffic."""
    return tuple(
        (
            FIRST + timedelta(days=n),
            usd(
                0 if n == 20 else (820 if (FIRST + timedelta(n)).weekday() > 4 else 1510) + 5.5 * n
            ),
        )
        for n in range(SPAN)
    )


DAYS = _days()
TOTAL = sum(amount for _, amount in DAYS)


def _breakdown(dimension: str, parts: tuple[tuple[str, float], ...], whole: int) -> Breakdown:
    """Rows by their share of `whole`; the last takes what rounding leaves, so that they add up."""
    rows = [
        SpendRow(name, int(whole * share) // CENT * CENT, int(2e9 * share), int(4e6 * share))
        for name, share in parts
    ]
    rows[-1] = replace(rows[-1], pico=whole - sum(each.pico for each in rows[:-1]))
    return Breakdown(dimension, tuple(rows))


def _breakdowns(whole: int) -> tuple[Breakdown, ...]:
    keys = tuple((f"sk-…{4096 + 57 * n:x} (team {n})", 0.36 * 0.64**n) for n in range(24))
    return (
        _breakdown(
            "project",
            (
                ("support-triage", 0.43),
                ("document-search", 0.27),
                ("", 0.14),
                ("marketing copy", 0.11),
                ("experiments", 0.05),
            ),
            whole,
        ),
        _breakdown("key", (*keys[:23], ("", 0.01)), whole),
        _breakdown(
            "model",
            (
                ("gpt-5", 0.46),
                ("claude-sonnet-4-5", 0.24),
                ("gpt-5-mini", 0.15),
                ("gemini-2.5-flash", 0.09),
                ("text-embedding-3-large", 0.0599),
                ("gpt-5-nano", 0.0001),
            ),
            whole,
        ),
    )


def _reconciliation() -> Reconciliation:
    return Reconciliation(
        by_model=(
            ReconciledRow("openai", "gpt-5", 1_204_551_020, usd(37_912.2), usd(38_102.94)),
            ReconciledRow("anthropic", "claude-sonnet-4-5", 602_400_113, usd(19_880), usd(19_880)),
            ReconciledRow("openai", "gpt-5-mini", 2_400_800_000, usd(12_600.1), usd(12_425.15)),
            ReconciledRow("google", "gemini-2.5-flash", 911_000_412, usd(7_400), None),
            ReconciledRow("openai", "o9-preview", 88_000, None, usd(61.5)),
        ),
        by_day=tuple(
            ReconciledRow("openai", when.isoformat(), 7_000_000, amount, amount + usd(off))
            for (when, amount), off in zip(DAYS, _offsets(), strict=True)
        ),
        unattributed=(
            row("Web search tool calls", 612.4),
            row("Tax", 4_210.07),
            row("Promotional credit", -1_500),
        ),
        unpriced=(row("o9-preview", 0, 88_000, 41),),
        compared=True,
    )


def _offsets() -> tuple[float, ...]:
    return tuple(95.0 if n == 33 else ((n * 7) % 11 - 5) * 1.3 for n in range(SPAN))


def _savings() -> tuple[Saving, ...]:
    return (
        Saving(
            "hosted",
            "Open weights at a host",
            "gpt-5-mini → Qwen3 30B at deepinfra; gemini-2.5-flash → Gemma 3 27B at groq",
            Range(9_800, 7_600, 11_900),
            "the same tokens at the hosts' list prices, if quality were equal",
        ),
        Saving(
            "smaller",
            "The next smaller model of the same vendor",
            "gpt-5 → gpt-5-mini",
            Range(8_100, 0, 8_100),
            "everything moved one size down, if quality were equal; nothing where it is not",
        ),
        Saving(
            "caching",
            "Prompt caching",
            "gpt-5, claude-sonnet-4-5",
            Range(3_120, 0, 9_400),
            "input that repeats, read from the vendor's cache. What repeats, no bill says",
        ),
        Saving(
            "batch",
            "Batches",
            "gpt-5, gpt-5-mini",
            Range(2_040, 0, 8_160),
            "the vendor's batch price for whatever may wait a day; a quarter is taken to",
        ),
    )


def _ceiling() -> Ceiling:
    return Ceiling(
        net=Range(-4_600, -12_900, 3_300),
        gross=Range(13_600, 7_500, 17_100),
        staff_usd=18_200,
        engineers=1.2,
        engineer_usd_per_year=182_000,
        fleets=(
            Fleet(
                ("gpt-5-mini", "gemini-2.5-flash", "gpt-5-nano"),
                "qwen3-30b-a3b",
                "Qwen3 30B A3B",
                "L40S 48 GB",
                4,
                1,
                9_900,
                4_380,
                "the smallest that public scores put beside them",
            ),
            Fleet(
                ("gpt-5",),
                "glm-4.6",
                "GLM 4.6",
                "8 × H100 80 GB",
                2,
                1,
                18_960,
                10_880,
                "no smaller one comes within two points",
            ),
        ),
        staffing=(
            Staffing(0.5, 7_583, 6_017),
            Staffing(1.2, 18_200, -4_600),
            Staffing(2, 30_333, -16_733),
        ),
        why="two fleets pay for their machines, and not for the people who run them",
        chance_of_saving=0.21,
    )


def curve(bill: float, fixed: float, share: float) -> tuple[tuple[float, float, float, float], ...]:
    """A net saving that is a share of the bill less something fixed, over six decades."""
    scales = [10 ** (step / 10) for step in range(-30, 31)]
    return tuple(
        (
            bill * scale,
            share * bill * scale - fixed,
            0.7 * share * bill * scale - 1.15 * fixed,
            1.2 * share * bill * scale - 0.85 * fixed,
        )
        for scale in scales
    )


def _missing() -> tuple[MissingFact, ...]:
    return (
        MissingFact(
            "engineers for machines of our own",
            "1.2",
            "0.5",
            "2",
            6_017,
            -16_733,
            "Ask who would be woken at night.",
        ),
        MissingFact(
            "the busiest hour over the mean hour",
            "4.5 times",
            "2 times",
            "9 times",
            -1_100,
            -11_200,
            "Export usage by the hour.",
        ),
        MissingFact(
            "the share of tokens that is read", "82%", "70%", "92%", -5_900, -3_000, "Export usage."
        ),
        MissingFact("the price of a machine", "$1.80", "$1.20", "$2.10", -900, -6_600, "Ask two."),
        MissingFact(
            "the colour of the machines", "grey", "black", "white", -4_600, -4_600, "Look."
        ),
    )


TOML = """# A draft: what is in angle brackets only you can say.
[workload]
name = "support-triage-gpt-5-mini"
title = "Support triage, today on gpt-5-mini"
data_class = "internal"

[traffic]
requests_per_month = 410_000
"""


def _drafts() -> tuple[Draft, ...]:
    return (
        Draft(
            "support-triage-gpt-5-mini",
            "Support triage, today on gpt-5-mini",
            "openai",
            "gpt-5-mini",
            "support-triage",
            6_190,
            4_720,
            "Qwen3 30B A3B at deepinfra",
            TOML,
        ),
        Draft(
            "all-gemini-flash",
            "All of gemini-2.5-flash",
            "google",
            "gemini-2.5-flash",
            "",
            3_710,
            2_480,
            "",
            TOML,
        ),
    )


def _sources() -> tuple[BillSource, ...]:
    return (
        BillSource(
            "openai-costs-2026-09.csv",
            "openai_costs",
            "OpenAI cost export",
            Role.INVOICE,
            "openai",
            "UTC",
            4_102,
            ("organization_name", "line_item_note"),
        ),
        BillSource(
            "usage.csv", "openai_usage", "OpenAI usage export", Role.USAGE, "openai", "UTC", 88_120
        ),
        BillSource("console.csv", "anthropic", "Anthropic costs", Role.INVOICE, "", "UTC", 611),
    )


MONTHLY = TOTAL / PICO_PER_DOLLAR / SPAN * 30.4375
CEILING = _ceiling()
BREAK_EVEN = BreakEven(61_900, 44_100, 118_000, (), curve(MONTHLY, 20_000, 0.33))

RICH = BillPage(
    today=TODAY,
    advice=Advice.STAY_EXCEPT,
    answer="Stay with the vendors: running open weights ourselves would cost about $4,600 a month "
    "more than it saves. Try gpt-5-mini in support-triage, where at most $4,720 could be saved.",
    reasons=(
        "Two fleets would pay for their machines, and not for 1.2 engineers to run them.",
        "Prompt caching saves about $3,120 a month without changing a model.",
        "What would tell most is how many engineers it takes: from 0.5 to 2 is taken here.",
    ),
    first_day=FIRST,
    last_day=LAST,
    total_pico=TOTAL,
    monthly_usd=MONTHLY,
    breakdowns=_breakdowns(TOTAL),
    trend=Trend(DAYS, 0.134),
    reconciliation=_reconciliation(),
    savings=_savings(),
    ceiling=CEILING,
    break_even=BREAK_EVEN,
    missing=_missing(),
    drafts=_drafts(),
    notes=(
        Note("duplicates", "212 rows stood in two files and were counted once.", usd(310.02)),
        Note("currency", "17 rows are in euros and are not part of any sum."),
        Note("future", "One row is of a day after today; it was left out.", usd(0.07)),
    ),
    sources=_sources(),
    assumptions=(
        Assumption(
            "an engineer's cost",
            "$182,000 a year",
            "salary and on-costs",
            Source("wage statistics", "https://wages.example/occ?c=15&y=2026", date(2026, 5, 1)),
        ),
        Assumption("the busiest hour over the mean", "4.5", "a bill has days only", Source("ours")),
    ),
    inputs=(("openai-costs-2026-09.csv", "sha256:8d7f0c1be2a5"), ("catalog", "2026-10-28")),
)
"""Two months of three vendors: everything a page can hold."""

SPARSE = replace(
    RICH,
    advice=Advice.UNKNOWN,
    answer="Not known yet: one invoice tells what is paid, and not for which tokens.",
    reasons=(),
    first_day=LAST,
    last_day=LAST,
    total_pico=usd(412.5),
    monthly_usd=412.5,
    breakdowns=(Breakdown("project", (row("", 412.5),)), Breakdown("key", ())),
    trend=Trend(((LAST, usd(412.5)),), None),
    reconciliation=Reconciliation(
        (), (), (row("Tax", 12.5),), (row("o9", 0, 5),), compared=False, why="no usage was given"
    ),
    savings=(),
    ceiling=None,
    break_even=None,
    missing=(),
    drafts=(),
    notes=(),
    assumptions=(),
)
"""One amount on one day, of no model: nothing to compare, no ceiling, no drafts."""

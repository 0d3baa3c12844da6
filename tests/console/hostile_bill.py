"""A bill in whose exports every name is somebody's attempt."""

from __future__ import annotations

from dataclasses import replace

from tests.console.bills import CEILING, RICH, row, usd

from equipoise.bill.page import BillPage, Breakdown, ReconciledRow
from equipoise.domain.bill import Note

HOSTILE = (
    "<script>alert(1)</script>",
    '=HYPERLINK("https://evil.example","pay here")',
    "+1-800-INVOICE",
    "-2+3",
    "@SUM(A1:A9)",
    "invoice \u202egpj.exe\u2066",
    "p" * 5_000,
    "",
    "  \n\t ",
    "billing 🧾👩\u200d🔧 équipe",
    "two\nlines\r\nand\ta tab",
    "\x00\x1b[31mred\x07\ud83d",
    "{{ 7 * 7 }}{% raw %}",
    '" onmouseover="alert(1)',
    "]]></style></svg><svg onload=alert(1)>",
    "Z\u0335\u0321\u0322\u0323\u0324\u0325\u0326\u0327\u0328\u0329\u032a\u032b\u032calgo",
    "مشروع الفوترة",
    "請求プロジェクト" * 12,
)


def _hostile() -> BillPage:
    rows = tuple(row(name, 900 - 37 * n, 10) for n, name in enumerate(HOSTILE))
    whole = sum(each.pico for each in rows)
    prose = " and ".join(HOSTILE)
    saving, fact, draft, fleet = (
        RICH.savings[0],
        RICH.missing[0],
        RICH.drafts[0],
        CEILING.fleets[0],
    )
    return replace(
        RICH,
        answer=f"Stay, except with {prose}.",
        reasons=HOSTILE,
        total_pico=whole,
        breakdowns=tuple(Breakdown(name, rows) for name in ("project", "key", HOSTILE[0])),
        reconciliation=replace(
            RICH.reconciliation,
            by_model=tuple(ReconciledRow(n, n, 5, usd(2), usd(3)) for n in HOSTILE),
            by_day=(*RICH.reconciliation.by_day, ReconciledRow("x", HOSTILE[0], 1, 1, 2)),
            unattributed=rows,
            unpriced=rows,
        ),
        savings=tuple(replace(saving, title=n, what=n, basis=n) for n in HOSTILE),
        ceiling=replace(CEILING, fleets=(replace(fleet, billed=HOSTILE),), why=prose),
        missing=tuple(
            replace(fact, fact=n, assumed=n, low=n, high=n, how_to_learn=n, at_low=float(rank))
            for rank, n in enumerate(HOSTILE)
        ),
        drafts=tuple(
            replace(draft, name=n, title=n, provider=n, model=n, project=n, cheapest=n, toml=n)
            for n in HOSTILE
        ),
        notes=tuple(Note("x", n, 1) for n in HOSTILE),
        sources=tuple(replace(RICH.sources[0], name=n, kept=HOSTILE) for n in HOSTILE),
        inputs=tuple((n, "sha256:00") for n in HOSTILE),
    )


HOSTILE_PAGE = _hostile()
"""Every name in the exports is somebody's attempt."""

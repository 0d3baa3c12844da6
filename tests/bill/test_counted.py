"""Which lines count: nothing from tomorrow, nothing twice, and each omission with its note."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from equipoise.bill.counted import Counted, count, span_notes
from equipoise.bill.spend import spend
from equipoise.domain.bill import BillLine, Role, Tokens

from .readings import DAY, TODAY, charge, counting, daily, logged, pico, reading, source, usage
from .strategies import BILLS, read

TOMORROW = TODAY + timedelta(days=1)


def test_what_lies_in_the_future_is_set_aside_and_said() -> None:
    found = counting(charge("5", day=TOMORROW), charge("7"), usage(day=TOMORROW))
    (note,) = found.notes

    assert [line.cost_pico for line in found.lines] == [pico("7")]
    assert note.pico == pico("5")
    assert note.text == (
        "2 rows are dated after 2026-11-24, up to 2026-11-25 ($5.00): what lies in the future is "
        "not counted"
    )


def test_one_row_of_tomorrow_without_an_amount_names_none() -> None:
    assert (
        counting(usage(day=TOMORROW), usage())
        .notes[0]
        .text.startswith("1 row is dated after 2026-11-24, up to 2026-11-25: ")
    )


def test_of_two_views_of_one_day_the_more_detailed_counts() -> None:
    sources = (source("by-model.csv"), source("totals.csv", layout="totals"))
    named = usage(project="shop")
    bare = replace(named, source=1, project="", cost_pico=pico("3"))
    found = count(reading(named, bare, sources=sources), TODAY)

    assert found.usage == (named,)
    assert found.notes[0].kind == "overlap"
    assert found.notes[0].text == (
        "totals.csv tells of the same usage as by-model.csv on 1 day: only by-model.csv is "
        "counted, being the more detailed"
    )


def test_views_that_disagree_say_by_how_much() -> None:
    sources = (source("a.csv", Role.INVOICE, "x"), source("b.csv", Role.INVOICE, "x", "other"))
    named = replace(charge("10", project="shop"), source=0)
    bare = replace(charge("12"), source=1)
    found = count(reading(named, bare, sources=sources), TODAY)

    assert [line.cost_pico for line in found.invoice] == [pico("10")]
    assert found.notes[0].pico == pico("12")
    assert found.notes[0].text.endswith("; their amounts differ by $2.00")


def test_files_of_one_layout_that_name_the_same_are_parts_of_one_export() -> None:
    sources = (source("september.csv"), source("october.csv"))
    first, second = usage(key="a"), replace(usage(key="b"), source=1)

    assert count(reading(first, second, sources=sources), TODAY).usage == (first, second)


def test_a_day_on_which_a_file_names_less_than_usual_is_no_other_view() -> None:
    sources = (source("one.csv", Role.INVOICE, "azure"), source("two.csv", Role.INVOICE, "azure"))
    ours = [replace(charge("4"), source=0), replace(charge("1", "", sku="Disk"), source=1)]
    theirs = [
        replace(charge("6", sku="Tokens", day=DAY + timedelta(days=1)), source=n) for n in (0, 1)
    ]
    found = count(reading(*ours, *theirs, sources=sources), TODAY)

    assert sum(line.cost_pico or 0 for line in found.invoice) == pico("17")
    assert found.notes == ()


def test_a_view_counts_on_the_days_that_a_better_one_lacks() -> None:
    sources = (source("detail.csv"), source("totals.csv", layout="totals"))
    detail = usage(project="shop")
    totals = [replace(usage(), source=1, day=DAY + timedelta(days=n)) for n in (0, 1)]
    found = count(reading(detail, *totals, sources=sources), TODAY)

    assert found.usage == (detail, totals[1])


def test_exports_of_two_services_are_both_counted() -> None:
    sources = (source("chat.csv", service="chat"), source("images.csv", service="images"))
    lines = (usage(), replace(usage("gpt-image-1"), source=1))

    assert len(count(reading(*lines, sources=sources), TODAY).usage) == 2


def test_two_kinds_of_log_are_both_counted_and_the_reader_is_warned() -> None:
    sources = (source("a", Role.LOG, "one", "litellm"), source("b", Role.LOG, "two", "plain"))
    lines = [replace(logged(provider="", dollars="1"), source=n) for n in (0, 1)]
    found = count(reading(*lines, sources=sources), TODAY)

    assert len(found.log) == 2
    assert found.notes[0].text == (
        "two kinds of log tell of unnamed vendors on 1 day; both are counted, though one may "
        "repeat the other: leave one out if it does"
    )


def invoices(first: str, second: str, *, layout: str = "focus") -> Counted:
    """Two invoices of one vendor's day in layouts of their own, the second without projects."""
    sources = (
        source("details.csv", Role.INVOICE, "azure"),
        source("focus.csv", Role.INVOICE, "focus", layout),
    )
    one = replace(charge(first, provider="azure", project="shop"), source=0)
    other = replace(charge(second, provider="azure"), source=1)
    return count(reading(one, other, sources=sources), TODAY)


def test_one_invoice_in_two_layouts_is_counted_once() -> None:
    found = invoices("100", "99")

    assert [line.cost_pico for line in found.invoice] == [pico("100")]
    assert [note.kind for note in found.notes] == ["overlap"]


def test_two_invoices_that_come_to_other_sums_are_both_counted_and_the_reader_is_warned() -> None:
    found = invoices("100", "60")

    assert sum(line.cost_pico or 0 for line in found.invoice) == pico("160")
    assert [note.kind for note in found.notes] == ["invoices"]
    assert found.notes[0].text == (
        "two kinds of invoice tell of azure on 1 day; both are counted, though one may repeat the "
        "other: leave one out if it does"
    )


def test_invoices_of_two_vendors_are_never_one() -> None:
    sources = (source("a", Role.INVOICE, "a", "one"), source("b", Role.INVOICE, "b", "two"))
    lines = (replace(charge("5"), source=0), replace(charge("5", provider="azure"), source=1))

    assert len(count(reading(*lines, sources=sources), TODAY).invoice) == 2


def test_today_is_not_over() -> None:
    found = counting(charge("3", day=TODAY), charge("3"))
    note, gap = span_notes(found, DAY, TODAY, TODAY)

    assert (note.kind, note.pico) == ("unfinished", pico("3"))
    assert [row.kind for row in span_notes(found, DAY, TODAY, TOMORROW)] == [gap.kind] == ["gap"]
    assert [row.kind for row in span_notes(found, TODAY, TODAY, TODAY)] == ["short", "gap"]


def test_a_month_reckoned_from_a_few_days_says_so() -> None:
    texts = [
        note.text
        for days in (0, 2, 6)
        for note in span_notes(counting(charge("3")), DAY, DAY + timedelta(days=days), TODAY)
    ]

    assert texts == [
        "a month is reckoned from 1 day only, as if all were like it",
        "a month is reckoned from 3 days only, as if all were like them",
    ]


def test_a_vendor_told_of_for_less_than_half_of_the_days_is_named() -> None:
    few = daily(charge("1", "claude-sonnet-4-5", provider="anthropic"), 5)
    found = counting(*daily(charge("1"), 30), *few)
    first = TODAY - timedelta(days=30)
    notes = list(span_notes(found, first, TODAY - timedelta(days=1), TODAY))

    assert [note.kind for note in notes] == ["spans"]
    assert notes[0].text.startswith("anthropic is told of from 2026-11-19 to 2026-11-23 only;")


@given(BILLS, st.data())
def test_the_order_of_rows_moves_nothing(found: list[BillLine], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(found))

    assert count(read(shuffled), TODAY) == count(read(found), TODAY)


@given(BILLS)
def test_a_poorer_view_of_the_same_days_changes_no_total(found: list[BillLine]) -> None:
    day = DAY + timedelta(days=2)
    whole = usage(project="p", key="k", day=day)
    poorer = replace(whole, source=1, project="", key="", tokens=Tokens(input=1))
    others = [line for line in found if line.role is not Role.USAGE]
    without, with_it = (
        spend(count(read(lines), TODAY)) for lines in ([*others, whole], [*others, whole, poorer])
    )

    assert without.total_pico == with_it.total_pico


def test_files_grouped_unlike_that_tell_of_other_use_both_count() -> None:
    sources = (source("by-key.csv"), source("by-project.csv"))
    keyed = usage(key="a")
    other = replace(usage(project="shop"), source=1, model="gpt-4.1")
    found = count(reading(keyed, other, sources=sources), TODAY)

    assert set(found.usage) == {keyed, other}
    assert [note.kind for note in found.notes] == ["beside"]
    assert "both are counted" in found.notes[0].text


def test_weeks_without_a_row_are_said() -> None:
    found = counting(charge("3"), charge("3", day=DAY + timedelta(days=8)))
    near = counting(charge("3"), charge("3", day=DAY + timedelta(days=7)))
    last = DAY + timedelta(days=8)

    (note,) = (row for row in span_notes(found, DAY, last, TODAY) if row.kind == "gap")
    assert "no row is dated in the 7 days between" in note.text
    assert not [row for row in span_notes(near, DAY, last, TODAY) if row.kind == "gap"]

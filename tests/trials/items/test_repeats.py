"""Rows that stand again: found from numbers alone, as comparing all pairs would find them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.workload import Item
from equipoise.trials.items.repeats import Seen, id_of

ITEMS = st.lists(
    st.builds(Item, st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("12")),
    max_size=12,
)


@given(ITEMS)
def test_what_stands_again_is_what_comparing_every_pair_finds(items: list[Item]) -> None:
    seen = Seen()
    for order, item in enumerate(items):
        seen.add(order * 10, item)
    found = seen.repeats()
    first = {item.id: n for n, item in reversed(list(enumerate(items)))}
    firsts = [items[n] for n in sorted(first.values())]
    questions = {
        item.input: {o.expected for o in firsts if o.input == item.input} for item in firsts
    }

    assert sorted(found.clashes) == [
        (n * 10, first[item.id] * 10)
        for n, item in enumerate(items)
        if item != items[first[item.id]]
    ]
    assert found.repeated == sum(
        n != first[item.id] and item == items[first[item.id]] for n, item in enumerate(items)
    )
    assert found.alike == len(firsts) - len(questions)
    assert found.torn == sum(len(golds) > 1 for golds in questions.values())


def test_an_id_made_of_content_is_the_same_on_every_machine() -> None:
    assert id_of("Where?", {"queue": "delivery"}) == "32a919091ec7acca"
    assert id_of("Where?", None) != id_of("Where?", "None")

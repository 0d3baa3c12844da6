"""Fields of JSON answers: how many are right, how many are missing, how many too many."""

from __future__ import annotations

import json
import time
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.scorers import field_f1
from equipoise.trials.scorers.field_f1 import Agreement, Options, agreement, score
from equipoise.trials.scorers.pairing import most_agreement
from equipoise.trials.scorers.score import MALFORMED

GOLD = {"name": "Ann Lee", "dose": 0.1, "drugs": ["ibuprofen", "ramipril"], "next": {"day": 5}}
# Fields given, of gold, and in both.
ANSWERS: dict[str, tuple[str, tuple[int, int, int]]] = {
    "all": (json.dumps(GOLD), (5, 5, 5)),
    "in a fence": (f"```json\n{json.dumps(GOLD)}\n```", (5, 5, 5)),
    "other case, other order": (
        (
            '{"next": {"day": 5.0}, "drugs": ["Ramipril", "IBUPROFEN"], "dose": 0.1000000015, '
            '"name": " ann  lee "}'
        ),
        (5, 5, 5),
    ),
    "one missing": ('{"name": "Ann Lee", "dose": 0.1, "drugs": ["ibuprofen"]}', (3, 5, 3)),
    "one twice": (
        '{"name": "Ann Lee", "drugs": ["ibuprofen", "ibuprofen"]}',
        (3, 5, 2),
    ),
    "one too many": (json.dumps({**GOLD, "note": "x"}), (6, 5, 5)),
    "a number as text": (json.dumps({**GOLD, "dose": "0.1"}), (5, 5, 4)),
    "one for true": (json.dumps({**GOLD, "next": {"day": True}}), (5, 5, 4)),
    "another place": (json.dumps({**GOLD, "next": {}, "day": 5}), (6, 5, 4)),
    "an empty object": ("{}", (1, 5, 0)),
    "a list": ('["Ann Lee"]', (1, 5, 0)),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_fields_are_counted_by_path_and_value(case: str) -> None:
    text, (given_fields, gold, both) = ANSWERS[case]
    judged = score(text, GOLD)

    assert agreement(json.loads(text.strip("`json\n") if "```" in text else text), GOLD) == (
        Agreement(given_fields, gold, both)
    )
    assert judged.value == pytest.approx(2 * both / (given_fields + gold))
    assert judged.fields_right == both / gold
    assert judged.accepted is (given_fields == gold == both)


PEOPLE = {"people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 40}]}


@pytest.mark.parametrize(
    ("given_value", "gold", "both"),
    [
        ({"people": [{"name": "Bob", "age": 40}, {"age": 30, "name": "Ann"}]}, PEOPLE, 4),
        ({"people": [{"name": "Ann", "age": 40}, {"name": "Bob", "age": 30}]}, PEOPLE, 2),
        ({"people": [{"name": "Bob", "age": 41}, {"name": "Ann", "age": 30}]}, PEOPLE, 3),
        ({"people": [{"name": "Ann", "age": 30}] * 2}, PEOPLE, 2),
        # The first two agree by one field; paired with them, the others would find nothing.
        ([{"a": 1, "b": 2}, {"a": 1, "b": 3}], [{"a": 1, "b": 4}, {"a": 5, "b": 2}], 2),
        ([[1, 2], [3, 4]], [[4, 3], [2, 1]], 4),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], 2),
        ({"a/b": 1}, {"a": {"b": 1}}, 0),
        ({"a[]": 1}, {"a": [1]}, 0),
        ({"a": [1]}, {"a": 1}, 0),
        ({"a": []}, {"a": {}}, 0),
        ([{"n": n} for n in range(300)], [{"n": n} for n in reversed(range(300))], 300),
    ],
)
def test_objects_of_a_list_are_compared_one_with_one(
    given_value: Any, gold: Any, both: int
) -> None:
    assert agreement(given_value, gold).both == both


TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=1, max_size=5
    )
)


@given(TABLES)
def test_pairs_agree_as_much_as_the_best_of_all_pairings(table: list[list[int]]) -> None:
    wide = table if len(table) <= len(table[0]) else [list(row) for row in zip(*table, strict=True)]
    columns = range(len(wide[0]))
    best = max(
        sum(row[column] for row, column in zip(wide, chosen, strict=True))
        for chosen in permutations(columns, len(wide))
    )

    assert most_agreement(table) == best


def test_lists_of_many_objects_are_compared_in_bounded_time() -> None:
    gold = [{"a": n, "b": n} for n in range(500)]
    text = json.dumps([{"a": n, "b": -n - 1} for n in range(2_000)])
    started = time.process_time()

    assert score(text, gold).value == pytest.approx(2 * 64 / 5_000)
    assert time.process_time() - started < 3


def test_lists_in_lists_are_compared_in_bounded_time() -> None:
    gold = [[{"a": n, "b": m} for m in range(30)] for n in range(30)]
    text = json.dumps([[{"a": n, "b": -m - 1} for m in range(30)] for n in range(30)])
    deep: Any = 'it\'s "quoted"'
    for _ in range(200):
        deep = [deep, "it's"]
    started = time.process_time()

    assert score(text, gold).value < 0.5
    assert score(json.dumps(deep), deep).accepted
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", ["", "5", '"x"', "Ann Lee", "{", '{"a": NaN}', "[" * 100_000])
def test_what_has_no_fields_is_malformed(text: str) -> None:
    assert score(text, GOLD) == MALFORMED


def test_the_threshold_and_its_measure_are_chosen() -> None:
    text = '{"name": "Ann Lee", "dose": 0.1, "drugs": ["ibuprofen"]}'

    assert not score(text, GOLD, Options(threshold=0.8)).accepted
    assert score(text, GOLD, Options(threshold=0.75)).accepted
    assert score(text, GOLD, Options(measure="precision")).accepted
    assert score(text, GOLD, Options(measure="recall")).value == pytest.approx(0.6)
    assert not score(json.dumps({**GOLD, "name": "ann lee"}), GOLD, Options(case=True)).accepted


def test_gold_has_fields() -> None:
    assert field_f1.gold_fault({"a": 1}) == ""
    nothing: tuple[object, ...] = ({}, [], None, "a", 5)
    assert all(field_f1.gold_fault(bad) for bad in nothing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON)
def test_agreement_lies_between_none_and_all_and_is_the_same_both_ways(
    one: Any, other: Any
) -> None:
    there, back = agreement(one, other), agreement(other, one)

    assert 0 <= there.f1 <= 1
    assert there.f1 == back.f1
    assert (there.precision, there.recall) == (back.recall, back.precision)
    assert agreement(one, one).f1 == 1


@given(st.text() | JSON.map(json.dumps))
def test_no_text_stops_the_counting_of_fields(text: str) -> None:
    assert score(text, GOLD).error == ""

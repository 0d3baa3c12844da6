"""A sample by strata: every one has its part, and weights stand for the whole."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.items.sampling import sample

STRATA = st.lists(st.sampled_from("aaaaaabbc"), min_size=1, max_size=60)


@given(STRATA, st.integers(1, 70), st.integers(0, 9))
def test_every_stratum_has_a_part_where_there_are_enough_for_all(
    strata: list[str], wanted: int, seed: int
) -> None:
    drawn = sample([f"q{n}" for n in range(len(strata))], strata, wanted, seed)
    parts = Counter(strata[row.place] for row in drawn)

    assert len({row.place for row in drawn}) == len(drawn) == min(wanted, len(strata))
    if wanted >= len(set(strata)):
        assert parts.keys() == set(strata)
    assert sum(row.weight for row in drawn) == pytest.approx(len(strata))


@given(STRATA, st.integers(1, 30), st.integers(0, 9))
def test_what_is_drawn_does_not_depend_on_the_order(
    strata: list[str], wanted: int, seed: int
) -> None:
    texts = [f"q{n}" for n in range(len(strata))]
    there = {texts[row.place] for row in sample(texts, strata, wanted, seed)}
    back = sample(texts[::-1], strata[::-1], wanted, seed)

    assert {texts[::-1][row.place] for row in back} == there


@given(STRATA, st.integers(3, 60))
def test_a_stratum_counts_with_its_weights_as_much_as_in_the_whole(
    strata: list[str], wanted: int
) -> None:
    drawn = sample([f"q{n}" for n in range(len(strata))], strata, wanted, 1)
    for name, count in Counter(strata).items():
        weight = sum(row.weight for row in drawn if strata[row.place] == name)

        assert weight == pytest.approx(count)


def test_of_more_strata_than_items_each_is_drawn_as_likely_as_it_is_large() -> None:
    strata = ["large"] * 10 + [f"small {n}" for n in range(30)]
    texts = [f"q{n}" for n in range(len(strata))]
    often: Counter[str] = Counter()
    for seed in range(2_000):
        drawn = sample(texts, strata, 4, seed)
        often.update(strata[row.place] for row in drawn)
        assert {row.weight for row in drawn} == {10}

    # Each of 40 is drawn with a chance of 4 in 40: 200 times, give or take five deviations of 13.4.
    assert len(often) == 31
    assert all(133 < often[f"small {n}"] < 267 for n in range(30))
    assert 1_900 < often["large"] < 2_100


def test_another_seed_draws_other_strata() -> None:
    strata = [f"s{n}" for n in range(40)]
    first, second = (sample(strata, strata, 10, seed) for seed in (1, 2))

    assert {row.place for row in first} != {row.place for row in second}

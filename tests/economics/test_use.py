"""How a vendor is used: what cannot be, and what is uncertain of it, at its middle and in draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.economics.api.use import Counting, Use

from .vendors import PLAIN, SAMPLER, unsure


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: replace(PLAIN, batch_share=1.5), "may wait"),
        (lambda: replace(PLAIN, cached_share=0.7, written_share=0.4), "parts of the input"),
        (lambda: replace(PLAIN, cached_share=-0.1), "parts of the input"),
        (lambda: replace(PLAIN, reasoning=0.5), "thinking adds"),
        (lambda: replace(PLAIN, tokenizer_ratio=0.0), "every tokenizer"),
        (lambda: replace(PLAIN, retry_share=-0.1), "fewer than one"),
    ],
)
def test_a_use_that_cannot_be_is_refused(make: Callable[[], Use], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()


def test_a_vendor_that_counted_itself_leaves_only_retries_uncertain() -> None:
    counted = unsure(PLAIN, thinks=True, counted=True)

    assert (counted.tokenizer_ratio, counted.reasoning) == (1.0, 1.0)
    assert np.ndim(counted.retry_share) == 1
    assert replace(counted, retry_share=0.0) == PLAIN
    assert replace(Counting(thinks=True, counted=True).expected(PLAIN), retry_share=0.0) == PLAIN


@pytest.mark.parametrize("thinks", [False, True])
def test_what_is_expected_is_the_middle_of_what_is_drawn(thinks: bool) -> None:
    middle, drawn = Counting(thinks).expected(PLAIN), unsure(PLAIN, thinks=thinks)

    assert np.median(drawn.retry_share) == pytest.approx(middle.retry_share, rel=0.15)
    assert np.median(drawn.tokenizer_ratio) == pytest.approx(middle.tokenizer_ratio, rel=0.05)
    assert np.median(drawn.reasoning) == pytest.approx(middle.reasoning, rel=0.15)
    assert np.min(drawn.reasoning) >= 1.0
    assert bool(middle.reasoning > 1.0) is thinks


def test_what_the_organisation_knows_of_the_count_is_no_longer_drawn() -> None:
    known = {"retry_share": 0.05, "tokenizer_ratio": 1.2, "reasoning_multiplier": 4.0}
    counting = Counting(thinks=True, known=tuple(known.items()))
    certain = replace(PLAIN, retry_share=0.05, tokenizer_ratio=1.2, reasoning=4.0)

    assert counting.expected(PLAIN) == counting.uncertain(PLAIN, SAMPLER, "anybody") == certain
    silent = replace(counting, thinks=False)
    assert silent.expected(PLAIN).reasoning == 1.0


def test_models_of_one_developer_share_the_draws_of_its_tokenizer_and_others_do_not() -> None:
    one, same, other = (
        unsure(use, tokenizer=name).tokenizer_ratio
        for use, name in ((PLAIN, "a"), (replace(PLAIN, batch_share=0.5), "a"), (PLAIN, "b"))
    )

    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)

"""Prompts of a wanted length: seeded, unique but for the prefix they share, and those of traces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.request import Request
from equipoise.engines.load_test.prompts import BLOCK_TOKENS, PromptMaker


def words(request: Request) -> list[str]:
    """The words of a prompt behind its order."""
    return request.messages[0].text.partition("\n\n")[2].split()


@given(
    wanted=st.integers(1, 300),
    shared=st.integers(0, 300),
    number=st.integers(0, 50),
    seed=st.integers(0, 9),
)
def test_a_prompt_has_as_many_words_as_tokens_are_wanted(
    wanted: int, shared: int, number: int, seed: int
) -> None:
    maker = PromptMaker("m", seed, wanted, 7, min(shared, wanted))
    request = maker.request("4 at a time", number)

    assert len(words(request)) == wanted
    assert request.max_output_tokens == 7
    assert request == maker.request("4 at a time", number)


def test_requests_share_their_prefix_and_nothing_after_it() -> None:
    maker = PromptMaker("m", 1, 60, 8, 20)
    first, second = words(maker.request("a", 0)), words(maker.request("a", 1))
    elsewhere = words(maker.request("b", 0))

    assert first[:20] == second[:20] == elsewhere[:20]
    assert len({tuple(row[20:]) for row in (first, second, elsewhere)}) == 3


def test_another_seed_makes_other_words() -> None:
    texts = {PromptMaker("m", seed, 60, 8, 20).request("a", 0).messages for seed in range(5)}

    assert len(texts) == 5


@given(length=st.integers(1, 2_000), output=st.integers(1, 9))
def test_a_traced_prompt_is_as_long_as_the_trace_says_however_many_blocks(
    length: int, output: int
) -> None:
    maker = PromptMaker("m", 1, 1, 1)
    for blocks in ((), (0,), (0, 1, 2, 3, 4)):
        request = maker.traced(3, length, output, blocks)
        assert len(words(request)) == length
        assert request.max_output_tokens == output


def test_equal_leading_hashes_make_an_equal_prefix_and_other_hashes_do_not() -> None:
    maker = PromptMaker("m", 1, 1, 1)
    first = words(maker.traced(0, 1_300, 5, (0, 7, 8)))
    second = words(maker.traced(1, 1_500, 5, (0, 7, 9)))

    assert first[: 2 * BLOCK_TOKENS] == second[: 2 * BLOCK_TOKENS]
    assert first[2 * BLOCK_TOKENS :] != second[2 * BLOCK_TOKENS : 1_300]


def test_a_hash_means_the_same_text_wherever_it_stands() -> None:
    maker = PromptMaker("m", 1, 1, 1)
    first = words(maker.traced(0, 1_024, 5, (3, 4)))
    turned = words(maker.traced(1, 1_024, 5, (4, 3)))

    assert first == turned[BLOCK_TOKENS:] + turned[:BLOCK_TOKENS]


def test_requests_of_a_trace_without_hashes_share_nothing() -> None:
    maker = PromptMaker("m", 1, 1, 1)

    assert words(maker.traced(0, 50, 5, ())) != words(maker.traced(1, 50, 5, ()))

"""Streams to clients: what we write, our own upstream decoders read, and so does the other side."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.clients.cases import (
    ANTHROPIC,
    ASKED,
    CUTS,
    OPENAI,
    PIECES,
    USAGE,
    WEIGHED_PIECES,
    read,
    write,
)

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Counted, Event, Finished, TextDelta, gather
from equipoise.domain.request import Request, StopReason, TokenLogprob, Usage
from equipoise.errors import (
    BadReplyError,
    EquipoiseError,
    OverloadedError,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnreachableError,
)
from equipoise.wire.clients.codec import CLIENTS, ClientRequest

END = Finished(StopReason.END)
SHARED_REASONS = st.sampled_from([StopReason.END, StopReason.LENGTH, StopReason.REFUSAL])
dialects = pytest.mark.parametrize("dialect", list(Dialect))


def test_every_dialect_has_a_client_codec() -> None:
    assert {dialect: codec.dialect for dialect, codec in CLIENTS.items()} == {d: d for d in Dialect}


@given(WEIGHED_PIECES, SHARED_REASONS, USAGE, CUTS)
def test_an_openai_stream_is_read_as_the_events_it_was_written_from(
    pieces: list[TextDelta], reason: StopReason, usage: Usage, cuts: list[int]
) -> None:
    events: list[Event] = [*pieces, Finished(reason), Counted(usage)]

    assert read(OPENAI, write(OPENAI, events), cuts) == events


@given(PIECES, SHARED_REASONS | st.just(StopReason.STOP_SEQUENCE), USAGE, CUTS)
def test_an_anthropic_stream_is_read_as_the_events_it_was_written_from(
    pieces: list[TextDelta], reason: StopReason, usage: Usage, cuts: list[int]
) -> None:
    events: list[Event] = [*pieces, Counted(usage), Finished(reason)]

    assert read(ANTHROPIC, write(ANTHROPIC, events), cuts) == events


@pytest.mark.parametrize("way", [(OPENAI, ANTHROPIC), (ANTHROPIC, OPENAI)])
@given(PIECES, SHARED_REASONS, USAGE, CUTS)
def test_an_answer_is_the_same_after_the_other_dialect(
    way: tuple[Dialect, Dialect],
    pieces: list[TextDelta],
    reason: StopReason,
    usage: Usage,
    cuts: list[int],
) -> None:
    events: list[Event] = [*pieces, Finished(reason), Counted(usage)]
    first, second = way
    heard = read(first, write(first, events), cuts)

    assert gather(read(second, write(second, heard), cuts)) == gather(events)


@pytest.mark.parametrize(
    ("dialect", "given", "read_as"),
    [
        (OPENAI, StopReason.STOP_SEQUENCE, StopReason.END),
        (OPENAI, StopReason.OTHER, StopReason.LENGTH),
        (ANTHROPIC, StopReason.OTHER, StopReason.LENGTH),
    ],
)
def test_an_end_without_a_word_in_the_dialect_takes_the_nearest(
    dialect: Dialect, given: StopReason, read_as: StopReason
) -> None:
    assert gather(read(dialect, write(dialect, [Finished(given)]))).stop_reason == read_as


@dialects
@given(PIECES, USAGE)
def test_a_count_before_the_first_piece_is_the_same_count(
    dialect: Dialect, pieces: list[TextDelta], usage: Usage
) -> None:
    events: list[Event] = [Counted(usage), *pieces, END]

    assert gather(read(dialect, write(dialect, events))).usage == usage


def test_what_was_read_stands_at_the_start_of_a_message_where_it_is_known() -> None:
    start = write(ANTHROPIC, [Counted(Usage(9, 2, cached=4)), TextDelta("lung"), END])
    unknown = write(ANTHROPIC, [TextDelta("lung"), END])

    assert b'"input_tokens":5' in start.split(b"\n\n")[0]
    assert b'"cache_read_input_tokens":4,"output_tokens":0' in start.split(b"\n\n")[0]
    assert b'"input_tokens":0' in unknown.split(b"\n\n")[0]


@dialects
def test_a_stream_whose_end_was_not_said_breaks_off_with_an_error(dialect: Dialect) -> None:
    with pytest.raises(ProviderError, match="the stream ended before the answer did"):
        read(dialect, write(dialect, [TextDelta("lung")]))


@dialects
@pytest.mark.parametrize("events", [[], [TextDelta("lung")], [TextDelta("lung"), END]])
@pytest.mark.parametrize(
    ("error", "read_as"),
    [
        (RequestRefusedError("no"), RequestRefusedError),
        (UnauthorisedError("no"), UnauthorisedError),
        (RateLimitedError("no"), RateLimitedError),
        (OverloadedError("no"), OverloadedError),
        (UnreachableError("no"), OverloadedError),
        (BadReplyError("no"), OverloadedError),
    ],
)
def test_an_answer_that_breaks_off_is_read_as_an_error_and_never_as_a_success(
    dialect: Dialect, events: list[Event], error: EquipoiseError, read_as: type[ProviderError]
) -> None:
    encoder = CLIENTS[dialect].stream_encoder(ASKED, "answer-1", 0)
    content = b"".join(map(encoder.feed, events)) + encoder.fail(error) + encoder.finish()

    assert b"[DONE]" not in content
    assert b"message_stop" not in content
    with pytest.raises(read_as, match="broke off its answer: no"):
        read(dialect, content)


@dialects
@given(PIECES)
def test_keep_alives_say_nothing_wherever_they_stand(
    dialect: Dialect, pieces: list[TextDelta]
) -> None:
    encoder = CLIENTS[dialect].stream_encoder(ASKED, "answer-1", 0)
    content = encoder.keep_alive()
    events: list[Event] = [*pieces, END]
    for event in events:
        content += encoder.feed(event) + encoder.keep_alive()
    content += encoder.finish()

    assert gather(read(dialect, content)).text == "".join(piece.text for piece in pieces)


@dialects
def test_a_terminator_is_written_once(dialect: Dialect) -> None:
    content = write(dialect, [TextDelta("lung"), END, Counted(Usage(1, 1))])

    assert content.count(b"[DONE]") + content.count(b"event: message_stop") == 1


def test_openai_counts_and_log_probabilities_are_written_only_where_asked_for() -> None:
    asked = ClientRequest(Request("triage", (), 8), stream=True, include_usage=False)
    weighed = TextDelta("a", (TokenLogprob("a", -0.5),))
    content = write(OPENAI, [weighed, END, Counted(Usage(1, 1))], asked)

    assert read(OPENAI, content) == [TextDelta("a"), END]
    assert b'"usage"' not in content


def test_an_openai_count_that_is_not_known_is_not_made_up() -> None:
    assert read(OPENAI, write(OPENAI, [TextDelta("a"), END])) == [TextDelta("a"), END]


def test_an_anthropic_message_without_text_has_no_block() -> None:
    weighed = TextDelta("", (TokenLogprob("\\xf0", -0.5),))
    content = write(ANTHROPIC, [weighed, END])

    assert b"content_block" not in content
    assert content.startswith(b"event: message_start\n")

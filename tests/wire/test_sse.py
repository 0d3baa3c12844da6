"""Server-sent events: what is written is read, whatever the line ends and however it is cut."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from equipoise.wire.sse import EventDecoder, ServerEvent

# Everything but surrogates, which UTF-8 cannot hold, and the two marks that end a line.
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=20)
NAME = LINE.filter(bool)
EVENTS = st.lists(
    st.builds(
        lambda name, lines: ServerEvent(name, "\n".join(lines)), NAME, st.lists(LINE, min_size=1)
    ),
    max_size=6,
)


def write(event: ServerEvent, end: str) -> str:
    """One event as a server writes it, a comment before it."""
    data = "".join(f"data: {line}{end}" for line in event.data.split("\n"))
    return f": keep-alive{end}event: {event.type}{end}{data}{end}"


def pieces(content: bytes, cuts: list[int]) -> list[bytes]:
    """The bytes cut at these places, wherever they fall."""
    places = sorted(cut % (len(content) + 1) for cut in cuts)
    return [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]


def read(*chunks: bytes) -> list[ServerEvent]:
    """Every event in the chunks."""
    decoder = EventDecoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


@given(EVENTS, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0), max_size=9))
def test_what_is_written_is_read(events: list[ServerEvent], end: str, cuts: list[int]) -> None:
    content = "".join(write(event, end) for event in events).encode()

    assert read(*pieces(content, cuts)) == events


@given(st.binary(max_size=80), st.lists(st.integers(0), max_size=9))
@example(b"data: a\r\n\r\ndata: b\r\r\n", [8, 9, 10, 11, 19, 20])
@example(b"\xef\xbb\xbfdata: a\n\n", [1, 2])
@example(b"data: \xf0\x9f\x91\n\n\xff", [7, 8, 9])
def test_any_bytes_say_the_same_however_they_are_cut(content: bytes, cuts: list[int]) -> None:
    assert read(*pieces(content, cuts)) == read(content)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")))
def test_characters_survive_when_their_bytes_come_one_by_one(text: str) -> None:
    content = f"data: {text}\n\n".encode()

    assert read(*(bytes([byte]) for byte in content)) == [ServerEvent("message", text)]


@pytest.mark.parametrize(
    ("content", "data"),
    [
        ("data\n\n", ""),
        ("data:\n\n", ""),
        ("data: \n\n", ""),
        ("data:a\n\n", "a"),
        ("data:  a\n\n", " a"),
        ("data: a: b\n\n", "a: b"),
        ("data: a\ndata: b\n\n", "a\nb"),
        ("data: a\u2028b\u0085c\x0b\n\n", "a\u2028b\u0085c\x0b"),
    ],
)
def test_a_field_is_read_as_the_standard_reads_it(content: str, data: str) -> None:
    assert read(content.encode()) == [ServerEvent("message", data)]


@pytest.mark.parametrize(
    "content", ["", "\n\n", ": ping\n\n", "event: ping\n\n", "id: 1\nretry: 5\n\n"]
)
def test_without_data_there_is_no_event(content: str) -> None:
    assert read(content.encode()) == []


def test_an_events_name_is_its_own() -> None:
    named = read(b"event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\n")

    assert [event.type for event in named] == ["a", "message", "message"]


def test_an_event_without_its_blank_line_is_not_delivered() -> None:
    assert read(b"data: a\n\ndata: half\n") == [ServerEvent("message", "a")]


def test_an_event_that_ends_with_a_lone_return_is_delivered_at_once() -> None:
    assert read(b"data: a\r\r") == [ServerEvent("message", "a")]


def test_a_byte_that_is_no_character_is_marked_and_not_dropped() -> None:
    assert read(b"data: a\xffb\n\n") == [ServerEvent("message", "a\ufffdb")]


def test_a_byte_order_mark_is_skipped_at_the_start_only() -> None:
    mark = codecs.BOM_UTF8

    assert read(mark + b"data: a\n\n" + mark + b"data: b\n\n") == [ServerEvent("message", "a")]


def test_a_line_of_four_million_bytes_is_read_in_time_that_grows_with_it() -> None:
    content = b"data: " + b"x" * 4_000_000 + b"\n\n"
    started = time.process_time()

    assert len(read(*(content[at : at + 1024] for at in range(0, len(content), 1024)))) == 1
    assert time.process_time() - started < 2

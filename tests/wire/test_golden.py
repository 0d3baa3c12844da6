"""Each folder under `golden/` is a case of a dialect: bytes here, canonical values there.

`stream.sse` are bytes as an endpoint sends them and `expected.json` the events and the error that
they mean (an error's message by its beginning); `request.json` is a canonical request and
`body.json` what is sent for it. To add a dialect or a case is to add a folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Event, Finished
from equipoise.domain.request import Request
from equipoise.errors import BadReplyError, ProviderError
from equipoise.wire.codec import CODECS

GOLDEN = Path(__file__).parent / "golden"
STREAMS = sorted(path.parent for path in GOLDEN.glob("*/*/stream.sse"))
REQUESTS = sorted(path.parent for path in GOLDEN.glob("*/*/request.json"))
WHOLE = [folder for folder in STREAMS if '"error": null' in (folder / "expected.json").read_text()]

case = pytest.mark.parametrize(
    "folder", STREAMS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
whole = pytest.mark.parametrize(
    "folder", WHOLE, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)


def written(event: Event) -> dict[str, Any]:
    """An event as the golden files write it: its name, and what differs from the default."""
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(event))
    return {"event": type(event).__name__} | {k: v for k, v in fields.items() if v or k == "text"}


def decode(
    dialect: str, chunks: Iterable[bytes]
) -> tuple[list[dict[str, Any]], ProviderError | None]:
    """What a stream says, and the error that it ends with."""
    decoder = CODECS[Dialect(dialect)].stream_decoder()
    events: list[dict[str, Any]] = []
    try:
        for chunk in chunks:
            events.extend(map(written, decoder.feed(chunk)))
        decoder.close()
    except ProviderError as error:
        return events, error
    return events, None


def check(folder: Path, chunks: Iterable[bytes]) -> None:
    """Assert that the folder's stream, cut like this, says what the folder expects."""
    expected = json.loads((folder / "expected.json").read_text())
    events, error = decode(folder.parent.name, chunks)

    assert events == expected["events"]
    wanted = expected["error"]
    assert (type(error).__name__ if error else None) == (wanted["type"] if wanted else None)
    assert str(error or "").startswith(wanted["message"] if wanted else "")


def test_every_dialect_has_streams_and_requests_whole_and_broken() -> None:
    for dialect in Dialect:
        assert {f.parent.name for f in REQUESTS} >= {dialect.value}
        assert {f.parent.name for f in WHOLE} >= {dialect.value}
        assert {f.parent.name for f in STREAMS if f not in WHOLE} >= {dialect.value}


@case
def test_a_stream_says_what_it_says(folder: Path) -> None:
    check(folder, [(folder / "stream.sse").read_bytes()])


@case
def test_a_stream_says_the_same_byte_by_byte(folder: Path) -> None:
    check(folder, [bytes([byte]) for byte in (folder / "stream.sse").read_bytes()])


@given(st.sampled_from(STREAMS), st.data())
def test_a_stream_decodes_the_same_however_its_bytes_are_cut(
    folder: Path, data: st.DataObject
) -> None:
    content = (folder / "stream.sse").read_bytes()
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=12).map(sorted))

    check(folder, [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)])


@whole
def test_a_stream_cut_at_any_byte_is_an_error_and_never_a_success(folder: Path) -> None:
    content = (folder / "stream.sse").read_bytes()
    # The last blank line is whole with its CR; the LF of a final CR LF adds nothing.
    for length in range(len(content) - content.endswith(b"\r\n")):
        _, error = decode(folder.parent.name, [content[:length]])

        assert isinstance(error, BadReplyError), content[:length][-40:]


@whole
def test_a_whole_stream_says_its_end_once(folder: Path) -> None:
    decoder = CODECS[Dialect(folder.parent.name)].stream_decoder()
    events = list(decoder.feed((folder / "stream.sse").read_bytes()))
    decoder.close()

    assert sum(isinstance(event, Finished) for event in events) == 1


@pytest.mark.parametrize(
    "folder", REQUESTS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
def test_a_request_is_written_as_its_dialect_writes_it(folder: Path) -> None:
    request = msgspec.convert(json.loads((folder / "request.json").read_text()), Request)
    body = CODECS[Dialect(folder.parent.name)].encode_request(request)

    assert json.loads(body) == json.loads((folder / "body.json").read_text())

"""Each folder under `golden/` is a case of a dialect: a client's bytes and canonical values.

`body.json` is a request and `asked.json` what is read in it; `events.json` is an answer and
`stream.sse` and `answer.json` how a client reads it, streamed and whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.wire.clients.cases import ASKED, decode, write

from equipoise.domain.endpoint import Dialect
from equipoise.domain.event import Counted, Event, Finished, TextDelta, gather
from equipoise.wire.clients.codec import CLIENTS, ClientRequest

GOLDEN = Path(__file__).parent / "golden"
REQUESTS = sorted(path.parent for path in GOLDEN.glob("*/*/body.json"))
ANSWERS = sorted(path.parent for path in GOLDEN.glob("*/*/events.json"))
KINDS: dict[str, type[TextDelta | Counted | Finished]] = {
    kind.__name__: kind for kind in (TextDelta, Counted, Finished)
}


def named(folder: Path) -> str:
    """A case as a failing test names it."""
    return f"{folder.parent.name}-{folder.name}"


def event(row: dict[str, Any]) -> Event:
    """An event from its row in a golden file."""
    fields = {name: value for name, value in row.items() if name != "event"}
    return msgspec.convert(fields, KINDS[row["event"]])


def test_every_dialect_has_requests_and_answers() -> None:
    for dialect in Dialect:
        assert dialect.value in {folder.parent.name for folder in REQUESTS}
        assert dialect.value in {folder.parent.name for folder in ANSWERS}


@pytest.mark.parametrize("folder", REQUESTS, ids=named)
def test_a_request_is_read_as_it_was_meant(folder: Path) -> None:
    expected = msgspec.json.decode((folder / "asked.json").read_bytes(), type=ClientRequest)

    assert decode(Dialect(folder.parent.name), (folder / "body.json").read_bytes()) == expected


@pytest.mark.parametrize("folder", ANSWERS, ids=named)
def test_a_stream_is_written_byte_for_byte(folder: Path) -> None:
    events = map(event, json.loads((folder / "events.json").read_text()))

    assert write(Dialect(folder.parent.name), events) == (folder / "stream.sse").read_bytes()


@pytest.mark.parametrize("folder", ANSWERS, ids=named)
def test_a_whole_answer_is_written_as_its_dialect_writes_it(folder: Path) -> None:
    answer = gather(map(event, json.loads((folder / "events.json").read_text())))
    codec = CLIENTS[Dialect(folder.parent.name)]
    body = codec.encode_answer(ASKED, "answer-1", 1763900000, answer)

    assert json.loads(body) == json.loads((folder / "answer.json").read_text())

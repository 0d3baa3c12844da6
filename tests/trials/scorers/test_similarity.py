"""Cosines of embeddings against a threshold, and what becomes of a server that is not there."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.engines.embeddings import EmbeddingServer, is_on_this_machine
from equipoise.errors import BadReplyError, RequestRefusedError, UnreachableError
from equipoise.trials.scorers import similarity
from equipoise.trials.scorers.score import MALFORMED
from equipoise.trials.scorers.similarity import Options, cosine, judge, score


class Letters:
    """Embeds a text as the counts of its letters a and b."""

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [(float(text.count("a")), float(text.count("b"))) for text in texts]


def test_the_nearest_gold_counts() -> None:
    near = judge("aab", ["b", "aaab"], Options(threshold=0.9), Letters())

    assert near.accepted
    assert near.value == pytest.approx(7 / math.sqrt(5 * 10))
    assert not judge("aab", "b", Options(threshold=0.9), Letters()).accepted


def test_what_points_the_other_way_is_worth_nothing() -> None:
    assert score([1.0, 0.0], [[-1.0, 0.0]]).value == 0


def test_an_answer_of_nothing_is_malformed_and_one_without_direction_an_error() -> None:
    assert judge(" ", "a", Options(), Letters()) == MALFORMED
    assert judge("xyz", "a", Options(), Letters()).error == "a vector has no direction"
    with pytest.raises(ValueError, match="2 and 3 numbers"):
        cosine([1.0, 2.0], [1.0, 2.0, 3.0])


VECTORS = st.lists(st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3), min_size=3, max_size=3)


@given(VECTORS, VECTORS, st.floats(0.01, 100))
def test_a_cosine_is_the_same_both_ways_and_at_every_length(
    one: list[float], other: list[float], factor: float
) -> None:
    assert cosine(one, other) == pytest.approx(cosine(other, one))
    assert cosine([factor * x for x in one], other) == pytest.approx(cosine(one, other))
    assert cosine(one, one) == pytest.approx(1)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8080/v1", True),
        ("https://api.example.com/v1", False),
        ("http://10.0.0.7/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://127.0.0.1@example.com/v1", False),
        ("http://[", False),
    ],
)
def test_texts_leave_this_machine_for_no_address(url: str, ours: bool) -> None:
    assert is_on_this_machine(url) is ours
    assert (similarity.fault(Options(url=url)) == "") is ours


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        replies = {
            "plain": (200, {"data": [{"index": 0, "embedding": [len(asked["input"]), 1.0]}]}),
            "none": (200, {"data": []}),
            "other": (200, {"rows": 5}),
            "loading": (503, {"error": "loading the model"}),
        }
        status, body = replies[asked["model"]]
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_a_server_of_this_machine_embeds(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert EmbeddingServer(address, "plain").embed(["abc", "a\ud800"]) == [(3.0, 1.0), (2.0, 1.0)]


def test_a_server_that_does_not_embed_is_an_error_that_says_why(address: str) -> None:
    with pytest.raises(BadReplyError, match="0 embeddings"):
        EmbeddingServer(address, "none").embed(["a"])
    with pytest.raises(BadReplyError, match="not a list of embeddings"):
        EmbeddingServer(address, "other").embed(["a"])
    with pytest.raises(RequestRefusedError, match=r"503: .*loading the model"):
        EmbeddingServer(address, "loading").embed(["a"])
    with pytest.raises(UnreachableError, match="no embedding from"):
        EmbeddingServer("http://127.0.0.1:9/v1", "plain").embed(["a"])


def test_a_server_that_is_not_there_is_the_scorer_s_error_and_nobody_s_wrong_answer() -> None:
    judged = judge("a", "a", Options(), EmbeddingServer("http://127.0.0.1:9/v1", "plain"))

    assert judged.outcome == "error"
    assert "no embedding from" in judged.error

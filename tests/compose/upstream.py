"""A scripted upstream on the loopback: real bytes over real sockets, and every connection counted.

A script is given the request's body and says the whole reply, its head included.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any

Script = Callable[[dict[str, Any]], bytes]

# So few bytes at a time that every frame, and many a character, comes in pieces.
PIECE = 11
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


class Upstream(ThreadingTCPServer):
    """One upstream. After `lives` requests it breaks its answer off and is gone."""

    daemon_threads = True

    def __init__(self, script: Script, lives: int = 1_000) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.script = script
        self.lives = lives
        self.connections = 0
        self.asked: list[dict[str, Any]] = []
        self.heads: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count a connection, whatever comes over it."""
        self.connections += 1
        super().process_request(request, client_address)


class _Conversation(StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Upstream)
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        body = json.loads(self.rfile.read(length))
        server.heads.append(head.decode())
        server.asked.append(body)
        reply = server.script(body)
        if len(server.asked) >= server.lives:
            reply = reply[: len(reply) // 2]
            server.shutdown()
            server.socket.close()
        for start in range(0, len(reply), PIECE):
            self.wfile.write(reply[start : start + PIECE])


@contextmanager
def upstream(script: Script, lives: int = 1_000) -> Iterator[Upstream]:
    """An upstream that answers as `script` says, in threads of its own."""
    with Upstream(script, lives) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def chat(text: str, prompt: int, cached: int, output: int) -> bytes:
    """The reply of an OpenAI-compatible endpoint, its counts in a chunk without choices."""
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    usage = {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": cached},
    }
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in (text[:5], text[5:])]
    rows: list[dict[str, Any]] = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        for delta in deltas
    ]
    rows.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    rows.append({**head, "choices": [], "usage": usage})
    events = [f"data: {json.dumps(row)}\n\n" for row in rows]
    return STREAM + _chunked([*events, "data: [DONE]\n\n"])


def messages(text: str, plain: int, cached: int, output: int) -> bytes:
    """The reply of an Anthropic endpoint, which counts cached input apart."""
    counted = {"input_tokens": plain, "cache_read_input_tokens": cached, "output_tokens": 1}
    rows: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "m-1", "role": "assistant", "usage": counted}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": piece},
            }
            for piece in (text[:5], text[5:])
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": output},
        },
        {"type": "message_stop"},
    ]
    events = [f"event: {row['type']}\ndata: {json.dumps(row)}\n\n" for row in rows]
    return STREAM + _chunked(events)


def refusal(status: str, message: str) -> bytes:
    """An error reply."""
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def _chunked(events: list[str]) -> bytes:
    parts = [f"{len(event.encode()):x}\r\n{event}\r\n" for event in events]
    return "".join([*parts, "0\r\n\r\n"]).encode()

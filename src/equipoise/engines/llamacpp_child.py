"""The child process that holds llama.cpp: reads its settings from stdin, prints its address.

It runs alone in its process, so that a crash of the engine is not a crash of ours. It says one
line on stdout, `{"address": …}` or `{"error": …, "kind": …}`, and then serves until told to stop
or until its parent is gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
from typing import Any

from equipoise.engines.llamacpp_settings import LlamaCppSettings

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Serve until a signal; exit 1 where the engine does not start."""
    _die_with_parent()
    # The one line goes to the parent; whatever llama.cpp prints goes to stderr, which is read
    # throughout: a pipe that nobody reads fills up and stops whoever writes to it.
    parent = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    settings = LlamaCppSettings.from_json(sys.stdin.readline())
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    threading.Thread(target=_await_parents_end, args=(stop,), daemon=True).start()
    try:
        server = _serve(settings)
    except ImportError as error:
        return _fail(parent, "library", error)
    except Exception as error:  # noqa: BLE001 — whatever the engine raises is told to the parent
        return _fail(parent, "start", error)
    _say(parent, {"address": server.listening_address})
    stop.wait()
    return 0


def _serve(settings: LlamaCppSettings) -> Any:
    """Start llama.cpp's server in this process; raises ImportError or RuntimeError."""
    import xllamacpp  # the optional engine: it and its system libraries may be absent

    params = xllamacpp.CommonParams()
    params.model.path = settings.weights
    params.cpuparams.n_threads = settings.threads
    params.cpuparams_batch.n_threads = settings.threads
    values: dict[str, Any] = {
        "model_alias": {settings.alias},
        "hostnames": ["127.0.0.1"],
        "port": 0,
        "api_keys": [settings.api_key],
        "n_parallel": settings.slots,
        "n_ctx": settings.slots * settings.context_per_slot,
        "cache_ram_mib": settings.prompt_cache_mib,
        # Zero: take the slot idle longest and fill it from the prompt cache. Otherwise prompts that
        # share a beginning take one slot and drop each other's rest: of two asked in turn, only the
        # shared part was ever cached (measured: 0.85 s for what takes 0.1 s). The price is that a
        # prompt is read anew once for every slot.
        "slot_prompt_similarity": 0.0,
        "n_threads_http": 4,
        "endpoint_metrics": True,
        "ui": False,
        "offline": True,
        "cors_origins": "",
    }
    if settings.chat_template:
        values |= {"chat_template": settings.chat_template, "use_jinja": True}
    for name, value in values.items():
        if not hasattr(params, name):
            raise RuntimeError(f"this xllamacpp has no setting {name}; install the locked version")
        setattr(params, name, value)
    return xllamacpp.Server(params)


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however it ends.

    By SIGKILL: there is nothing to put in order, and the engine may be deep in its own code. The
    parent is the thread that started this process: an engine does not outlive its event loop.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _await_parents_end(stop: threading.Event) -> None:
    """Stop when stdin ends: where there is no such request, or the parent ended before it."""
    # Not `sys.stdin`, whose lock the interpreter could not take from this thread at its exit.
    while os.read(0, 1):
        pass
    stop.set()


def _say(parent: int, word: dict[str, str]) -> None:
    os.write(parent, json.dumps(word).encode() + b"\n")
    os.close(parent)


def _fail(parent: int, kind: str, error: BaseException) -> int:
    _say(parent, {"kind": kind, "error": str(error)})
    return 1


if __name__ == "__main__":
    sys.exit(main())

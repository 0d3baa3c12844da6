"""The files of a trial that is to be labelled; for its owner's eyes only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from equipoise.compose.trial_drafts.questions import Question
from equipoise.domain.request import StopReason

ITEMS, RECORDED, WORKLOAD = "items.jsonl", "incumbent.jsonl", "workload.toml"

_FINISH = {StopReason.LENGTH: "length", StopReason.REFUSAL: "content_filter"}


@dataclass(frozen=True, slots=True)
class LabelItem:
    """A drawn question, redacted, with what the incumbent answered."""

    question: Question
    id: str
    text: str
    answer: str
    stratum: str
    slice: str
    weight: float
    cluster: str


def present(out: Path) -> list[Path]:
    """Those of the files that are in a folder already."""
    return [path for name in (ITEMS, RECORDED, WORKLOAD) if (path := out / name).exists()]


def write_trial(
    out: Path, items: Sequence[LabelItem], workload: str, *, recorded: bool
) -> tuple[Path, ...]:
    """Write items, workload file and, where it is an arm, the incumbent's log.

    All are rendered before one is written.
    """
    texts = {out / ITEMS: "".join(_json(_row(item)) for item in items), out / WORKLOAD: workload}
    if recorded:
        texts[out / RECORDED] = "".join(_json(_call(item)) for item in items)
    for path in present(out):
        path.unlink()
    for path, text in texts.items():
        # A file that others may read would have to be taken back.
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    return tuple(texts)


def _row(item: LabelItem) -> dict[str, object]:
    optional: dict[str, object] = {"cluster": item.cluster, "slice": item.slice}
    return {
        "id": item.id,
        "input": item.text,
        "expected": None,
        **{key: value for key, value in optional.items() if value},
        **({"weight": item.weight} if item.weight != 1 else {}),
        "incumbent_answer": item.answer,
    }


def _call(item: LabelItem) -> dict[str, object]:
    """The call as a log has it, with the redacted texts: what `recorded` names."""
    call = item.question.call
    message = {"role": "assistant", "content": item.answer}
    usage = call.usage
    return {
        "request": {"model": call.model, "messages": [{"role": "user", "content": item.text}]},
        "response": {
            "model": call.model,
            "choices": [
                {"message": message, "finish_reason": _FINISH.get(call.stop_reason, "stop")}
            ],
            "usage": {
                "prompt_tokens": usage.input,
                "completion_tokens": usage.output,
                "prompt_tokens_details": {"cached_tokens": usage.cached},
                "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
            }
            if usage is not None
            else None,
        },
        "seconds": call.seconds,
    }


def _json(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False) + "\n"

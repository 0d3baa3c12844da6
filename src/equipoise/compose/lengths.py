"""How long requests and answers are, counted with the embedded model's tokenizer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import fmean

from equipoise.domain.evidence import Lengths
from equipoise.domain.workload import Candidate, Item, Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.weights import SMOLLM2


async def count_lengths(
    workload: Workload, items: Sequence[Item], tokenizer: LlamaCppEngine
) -> dict[str, Lengths]:
    """Mean tokens of every candidate's requests; candidates with as many shots share a count.

    The answer's length is that of the gold answer as JSON; where gold holds only the fields that
    are judged, that of the worked examples, if there are any.
    """
    answers = _answers(workload, items)
    output = fmean([await tokenizer.count_text(answer) for answer in answers])
    counted: dict[int, Lengths] = {}
    for candidate in workload.candidates:
        if candidate.shots not in counted:
            counted[candidate.shots] = await _count(workload, candidate, items, tokenizer, output)
    return {row.id: counted[row.shots] for row in workload.candidates}


def _answers(workload: Workload, items: Sequence[Item]) -> Sequence[str]:
    shots = workload.task.shots
    if shots and items[0].expected.keys() < workload.task.schema["properties"].keys():
        return [shot.answer for shot in shots]
    # As a model writes it: escapes would count a letter with an accent as several.
    return [json.dumps(item.expected, ensure_ascii=False) for item in items]


async def _count(
    workload: Workload,
    candidate: Candidate,
    items: Sequence[Item],
    tokenizer: LlamaCppEngine,
    output: float,
) -> Lengths:
    prompts = [workload.prompt(candidate, item) for item in items]
    lengths = [await tokenizer.count_tokens(prompt) for prompt in prompts]
    shared = await tokenizer.count_tokens(prompts[0][:-1])
    return Lengths(
        input=fmean(lengths),
        shared_input=float(min(shared, *lengths)),
        output=output,
        measured_by=f"the tokenizer of {SMOLLM2.model}",
    )

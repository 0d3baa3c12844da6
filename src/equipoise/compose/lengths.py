"""How long requests and answers are, counted with the embedded model's tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from equipoise.domain.evidence import Lengths
from equipoise.domain.workload import Candidate, Item, Workload
from equipoise.engines.llamacpp import LlamaCppEngine
from equipoise.engines.weights import SMOLLM2
from equipoise.trials.scorers import answer_text


async def count_lengths(
    workload: Workload, items: Sequence[Item], tokenizer: LlamaCppEngine
) -> dict[str, Lengths]:
    """Mean tokens of every candidate's requests; candidates with as many shots share a count.

    The answer's length is that of the gold answer as a model writes it; where gold holds only the
    fields that are judged, or no answer at all, that of the worked examples, if there are any. An
    answer of which nothing is known is taken to be as long as it may be.
    """
    answers = _answers(workload, items)
    output = float(workload.task.max_output_tokens)
    if answers:
        output = fmean([await tokenizer.count_text(answer) for answer in answers])
    counted: dict[int, Lengths] = {}
    for candidate in workload.candidates:
        if candidate.shots not in counted:
            counted[candidate.shots] = await _count(workload, candidate, items, tokenizer, output)
    return {row.id: counted[row.shots] for row in workload.candidates}


def _answers(workload: Workload, items: Sequence[Item]) -> Sequence[str]:
    """Answers of a length that is to be expected; none where nobody knows."""
    golds = [answer_text(workload.task, item.expected) for item in items]
    shots = [shot.answer for shot in workload.task.shots]
    whole = [gold for gold in golds if gold is not None]
    if shots and (len(whole) < len(golds) or _in_part(workload, items[0])):
        return shots
    return whole


def _in_part(workload: Workload, item: Item) -> bool:
    fields = workload.task.schema.get("properties", {})
    return isinstance(item.expected, dict) and item.expected.keys() < fields.keys()


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

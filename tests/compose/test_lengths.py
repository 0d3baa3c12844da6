"""How long answers are taken to be, by the embedded tokenizer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.compose.outcome import Outcome
from tests.compose.triage import change, write_lone

from equipoise.compose.embedded import embedded_engine
from equipoise.compose.lengths import count_lengths
from equipoise.config.settings import load_settings
from equipoise.config.workload import load_workload

BARE = '{"dose": 5}'
WHOLE = '{"drug": "ramipril", "dose": 5}'
ACCENTED = "Übergröße nötig, à bientôt"


def lengths(folder: Path, *texts: str) -> tuple[float, list[int]]:
    """The mean output of the lone candidate, and how long texts are."""
    configured = load_settings(None)
    workload = load_workload(folder / "triage.toml", configured)

    async def count() -> tuple[float, list[int]]:
        async with embedded_engine(configured) as engine:
            counted = await count_lengths(workload, workload.items, engine)
            return counted["small"].output, [await engine.count_text(text) for text in texts]

    return asyncio.run(count())


def test_gold_that_is_only_judged_in_part_does_not_pass_for_a_whole_answer(
    decided: Outcome, tmp_path: Path
) -> None:
    write_lone(tmp_path)
    file = tmp_path / "triage.toml"
    change(file, 'queue = ["billing", "delivery"]', 'drug = "string"\ndose = "number"')
    change(file, 'scorer = "exact_label"', 'scorer = "exact_fields"\njudged = ["dose"]')
    row = {"id": "t", "input": "ramipril 5 mg", "expected": json.loads(BARE)}
    items = [json.dumps({**row, "id": f"t{n}"}) for n in range(12)]
    (tmp_path / "items.jsonl").write_text("\n".join(items))
    shot = {"id": "s", "input": "ramipril 5 mg", "expected": json.loads(WHOLE)}
    (tmp_path / "shots.jsonl").write_text(json.dumps(shot))
    output, (bare, whole) = lengths(tmp_path, BARE, WHOLE)

    assert bare < output == whole


def test_a_letter_with_an_accent_is_counted_as_a_model_writes_it(
    decided: Outcome, tmp_path: Path
) -> None:
    write_lone(tmp_path)
    change(tmp_path / "triage.toml", 'queue = ["billing", "delivery"]', 'queue = "string"')
    row = {"input": "Which?", "expected": ACCENTED}
    items = [json.dumps({**row, "id": f"t{n}"}) for n in range(12)]
    (tmp_path / "items.jsonl").write_text("\n".join(items))
    text = json.dumps({"queue": ACCENTED}, ensure_ascii=False)
    output, (spelled, escaped) = lengths(tmp_path, text, json.dumps({"queue": ACCENTED}))

    assert output == spelled < escaped

"""The journal's lines: resumed, cut at the end, damaged in the middle, another plan's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.errors import JournalError
from equipoise.trials import answer_row
from equipoise.trials.journal import AnswerRow, Journal
from equipoise.trials.plan import ArmPlan, TrialPlan, canonical

PLAN = TrialPlan(
    workload="triage",
    bar=0.8,
    reference=None,
    alpha=0.05,
    stopping="fixed",
    seed=1,
    scorer="exact_label",
    items_digest="0" * 64,
    order=tuple(f"i{n:03}" for n in range(20)),
    arms=(ArmPlan("a", "local/a", 0, ""), ArmPlan("b", "local/b", 0, "")),
)


def row(item: int, text: str = "x", candidate: str = "a") -> AnswerRow:
    return AnswerRow(candidate, f"i{item:03}", text, "end", 20, 8, 4, 0.5, 0.125, 1000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of three answers."""
    path = tmp_path / "trials" / "j.jsonl"
    with Journal(path, PLAN) as journal:
        for item in range(3):
            journal.append(row(item))
    return path


def rows_of(path: Path) -> list[AnswerRow]:
    """What a journal holds, opened anew."""
    with Journal(path, PLAN) as journal:
        return list(journal.rows)


def test_a_journal_is_resumed_where_it_was(path: Path) -> None:
    with Journal(path, PLAN) as journal:
        assert journal.rows == (row(0), row(1), row(2))
        assert journal.has("a", "i001")
        assert not journal.has("a", "i003")
        assert not journal.has("b", "i001")
        journal.append(row(1, candidate="b"))

    assert rows_of(path) == [row(0), row(1), row(2), row(1, candidate="b")]


def test_the_plan_is_written_out_before_the_first_answer(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.jsonl", PLAN):
        first = json.loads((tmp_path / "j.jsonl").read_text())

    assert (first["kind"], first["digest"]) == ("plan", PLAN.digest)
    assert canonical(first["plan"]) == canonical(PLAN.values)


def test_an_answer_is_on_disk_when_the_append_returns(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.jsonl", PLAN) as journal:
        journal.append(row(0))

        assert (tmp_path / "j.jsonl").read_bytes().count(b"\n") == 2


@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=4), st.floats(0, 1))
def test_any_text_is_kept_and_a_cut_anywhere_loses_the_cut_line_alone(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], share: float
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    written = [row(number, text) for number, text in enumerate(texts)]
    with Journal(path, PLAN) as journal:
        for answer in written:
            journal.append(answer)
    whole = path.read_bytes()
    cut = whole[: int(share * len(whole))]
    path.write_bytes(cut)
    left = max(cut.count(b"\n") - 1, 0)
    with Journal(path, PLAN) as journal:
        found = list(journal.rows)
        journal.append(row(19))

    assert [answer.item for answer in found] == [answer.item for answer in written[:left]]
    # Two halves of a surrogate pair, side by side, come back as the character they are.
    assert [asdict(a) for a in found] == json.loads(
        json.dumps([asdict(answer) for answer in written[:left]])
    )
    assert rows_of(path) == [*found, row(19)]


def damage(**values: Any) -> Callable[[bytes], bytes]:
    """Change values of a line; one that is None is taken out."""

    def change(line: bytes) -> bytes:
        changed = {**json.loads(line), **values}
        return canonical({key: value for key, value in changed.items() if value is not None})

    return change


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut in half": lambda line: line[: len(line) // 2],
    "emptied": lambda line: b"",
    "overwritten with zeros": lambda line: bytes(len(line)),
    "not UTF-8": lambda line: line.replace(b'"x"', b'"\xff"'),
    "a number": lambda line: b"5",
    "a list": lambda line: b"[]",
    "null": lambda line: b"null",
    "brackets without end": lambda line: b"[" * 100_000,
    "of no kind": damage(kind=None),
    "of an unknown kind": damage(kind="remark"),
    "the plan once more": lambda line: canonical({"kind": "plan", "digest": PLAN.digest}),
    "a field missing": damage(text=None),
    "a field more": damage(colour="red"),
    "a count that is a text": damage(input_tokens="20"),
    "a time that is nothing": lambda line: line.replace(b"0.125", b"null"),
    "a text that is a number": damage(text=7),
    "an item that is not asked": damage(item="i999"),
    "a candidate that is not asked": damage(candidate="c"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_line_inside_is_an_error_that_names_it_and_touches_nothing(
    kind: str, path: Path
) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[2] = DAMAGES[kind](lines[2])
    damaged = b"\n".join(lines) + b'{"cut'
    path.write_bytes(damaged)

    with pytest.raises(JournalError, match=r"j\.jsonl:3: a damaged line: .") as caught:
        rows_of(path)
    assert "Restore the file from a copy" in caught.value.hint
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"{}",
        b'{"kind": "plan"',
        canonical({"kind": "answer", **asdict(row(0))}),
        canonical({"kind": "plan", "digest": PLAN.digest, "plan": {}}),
    ],
)
def test_a_journal_without_its_whole_plan_is_damaged_in_its_first_line(
    first: bytes, path: Path
) -> None:
    _, *lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, *lines]))

    with pytest.raises(JournalError, match=r":1: a damaged line"):
        rows_of(path)


@pytest.mark.parametrize("change", [{"bar": 0.7}, {"seed": 2}, {"order": PLAN.order[:-1]}])
def test_the_journal_of_another_plan_is_refused_and_left_alone(
    change: dict[str, Any], path: Path
) -> None:
    before = path.read_bytes() + b'{"cut'
    path.write_bytes(before)

    with pytest.raises(JournalError, match="belongs to another plan"):
        Journal(path, replace(PLAN, **change)).__enter__()
    assert path.read_bytes() == before


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("one line without an end")

    with pytest.raises(JournalError, match="belongs to another plan"):
        rows_of(path)
    assert path.read_text() == "one line without an end"


def test_a_journal_that_was_refused_is_not_held(path: Path) -> None:
    with pytest.raises(JournalError):
        Journal(path, replace(PLAN, seed=2)).__enter__()

    assert len(rows_of(path)) == 3


def test_a_journal_is_held_by_one_at_a_time(path: Path) -> None:
    with Journal(path, PLAN), pytest.raises(JournalError, match="another process"):
        Journal(path, PLAN).__enter__()

    assert len(rows_of(path)) == 3


def test_an_answer_needs_an_open_journal(path: Path) -> None:
    journal = Journal(path, PLAN)
    with pytest.raises(JournalError, match="is not open"):
        journal.append(row(5))
    with journal:
        pass

    with pytest.raises(JournalError, match="is not open"):
        journal.append(row(5))
    assert not journal.has("a", "i005")


def test_a_journal_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(JournalError, match="cannot be opened: File exists"):
        Journal(tmp_path / "file" / "j.jsonl", PLAN).__enter__()
    with pytest.raises(JournalError, match="cannot be opened: Is a directory"):
        Journal(tmp_path, PLAN).__enter__()


def test_the_digest_says_what_was_answered_in_whatever_order(tmp_path: Path) -> None:
    answers = [row(0), row(1), row(0, candidate="b")]
    digests = []
    for name, order in (("forwards", answers), ("backwards", answers[::-1])):
        with Journal(tmp_path / name, PLAN) as journal:
            for answer in order:
                journal.append(answer)
            digests.append(journal.digest())
    with Journal(tmp_path / "forwards", PLAN) as journal:
        resumed = journal.digest()
        journal.append(row(2))

        assert journal.digest() != resumed
    assert digests == [resumed, resumed]


def test_answers_kept_at_one_moment_are_all_on_disk_when_each_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"

    async def keep(journal: Journal, number: int) -> tuple[int, bytes]:
        await journal.keep(row(number))
        return number, path.read_bytes()

    async def keep_all() -> list[tuple[int, bytes]]:
        with Journal(path, PLAN) as journal:
            return await asyncio.gather(*(keep(journal, number) for number in range(20)))

    for number, content in asyncio.run(keep_all()):
        assert f'"item":"i{number:03}"'.encode() in content
    assert rows_of(path) == [row(number) for number in range(20)]


def test_who_stops_waiting_for_the_disk_loses_no_answer_of_others(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"

    async def keep_some() -> None:
        with Journal(path, PLAN) as journal:
            waiting = [asyncio.create_task(journal.keep(row(number))) for number in range(6)]
            await asyncio.sleep(0)
            waiting[0].cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            assert [journal.has("a", f"i{number:03}") for number in range(6)][1:] == [True] * 5

    asyncio.run(keep_some())
    # It had been written, and was paid for.
    assert rows_of(path) == [row(number) for number in range(6)]


def test_a_disk_that_cannot_keep_what_it_took_says_so_to_all_who_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "j.jsonl"

    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    async def keep_some() -> list[BaseException | None]:
        with Journal(path, PLAN) as journal:
            await journal.keep(row(0))
            monkeypatch.setattr("os.fsync", fail)
            found = await asyncio.gather(
                *(journal.keep(row(number)) for number in (1, 2)), return_exceptions=True
            )
            assert not journal.has("a", "i001")
            return found

    failures = asyncio.run(keep_some())
    monkeypatch.undo()

    assert [type(failure) for failure in failures] == [JournalError] * 2
    assert rows_of(path) == [row(0)]


REPEATED = replace(PLAN, repeats=3)
KEYS = st.tuples(st.integers(0, 19), st.sampled_from("ab"), st.integers(0, 2))


@given(st.lists(KEYS, unique=True, max_size=12), st.data())
def test_whatever_is_cut_off_a_journal_of_repeats_is_what_it_no_longer_holds(
    tmp_path_factory: pytest.TempPathFactory,
    keys: list[tuple[int, str, int]],
    data: st.DataObject,
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j.jsonl"
    rows = [replace(row(item, candidate=name), repeat=repeat) for item, name, repeat in keys]
    with Journal(path, REPEATED) as journal:
        for answer in rows:
            journal.append(answer)
    whole = path.read_bytes()
    cut = whole[: data.draw(st.integers(whole.index(b"\n") + 1, len(whole)))]
    path.write_bytes(cut)
    left = rows[: cut.count(b"\n") - 1]
    with Journal(path, REPEATED) as journal:
        assert list(journal.stream()) == left
        for item, name, repeat in keys:
            held = replace(row(item, candidate=name), repeat=repeat) in left
            assert journal.has(name, f"i{item:03}", repeat) == held
            if held:
                assert journal.read(name, f"i{item:03}", repeat).repeat == repeat
        assert sum(found.answers for found in journal.sums.values()) == len(left)


def test_an_answer_beyond_the_repeats_is_no_answer_of_this_plan(path: Path) -> None:
    with path.open("ab") as file:
        file.write(answer_row.line(replace(row(7), repeat=1)))

    with pytest.raises(JournalError, match="the plan does not ask this question"):
        rows_of(path)


def test_a_line_says_nothing_of_what_was_added_since_unless_it_matters() -> None:
    assert b"repeat" not in answer_row.line(row(0))
    assert b"asked" not in answer_row.line(row(0))
    assert b'"cached":' not in answer_row.line(row(0))
    assert b'"repeat":2' in answer_row.line(replace(row(0), repeat=2))


def test_where_no_room_is_left_nothing_is_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int, offset: int, length: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", fail)
    with Journal(path, PLAN) as journal, pytest.raises(JournalError, match="there is no room"):
        journal.reserve()
    assert list(path.parent.iterdir()) == [path]

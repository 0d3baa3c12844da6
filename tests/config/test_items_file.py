"""Labelled items: every bad line by its number, with all that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.config.items_file import read_items
from equipoise.config.workload_schema import answer_schema, gold_schema

LABEL = answer_schema({"queue": ["billing", "delivery"]})
FIELDS = answer_schema({"name": ["ibuprofen", "naproxen"], "dose": "number"})
GOOD = b'{"id": "a", "input": "x", "expected": "billing"}'

# A bad line; the key, the reason and the suggestion of each of its problems, by a passage.
BAD_LINES: dict[str, tuple[bytes, list[tuple[str, str, str]]]] = {
    "not JSON": (b"id: a", [("", "not JSON: Expecting value at column 1", "one JSON object")]),
    "two objects": (b"{} {}", [("", "not JSON: Extra data at column 4", "one JSON object")]),
    "not an object": (b'["a"]', [("", "not a JSON object", "one JSON object")]),
    "a bare null": (b"null", [("", "not a JSON object", "one JSON object")]),
    "an unknown key": (
        b'{"id": "b", "input": "x", "expected": "billing", "clustr": "y"}',
        [("clustr", "unknown key", "Did you mean 'cluster'?")],
    ),
    "no gold": (
        b'{"id": "b", "input": "x"}',
        [("expected", "missing", "the right answer")],
    ),
    "gold outside the list": (
        b'{"id": "b", "input": "x", "expected": "biling"}',
        [
            (
                "expected.queue",
                "is not one of the allowed words",
                "Did you mean 'billing'?",
            )
        ],
    ),
    "gold of another kind": (
        b'{"id": "b", "input": "x", "expected": {"queue": "billing", "why": "because"}}',
        [("expected", "does not fit: holds a field that the answer has not", "[task.answer]")],
    ),
    "a blank input": (
        b'{"id": "b", "input": " ", "expected": "billing"}',
        [("input", "must be a text that is not empty", "")],
    ),
    "an id that is no text": (
        b'{"id": 7, "input": "x", "expected": "billing"}',
        [("id", "must be a text that is not empty", "")],
    ),
    "a cluster that is no text": (
        b'{"id": "b", "input": "x", "expected": "billing", "cluster": ["y"]}',
        [("cluster", "must be a text", "not independent")],
    ),
    "an id for the second time": (
        GOOD.replace(b'"x"', b'"y"'),
        [("id", "is the id of line 1 too, which says something else", "unique")],
    ),
    "not UTF-8": (
        b'{"id": "b", "input": "\xff", "expected": "billing"}',
        [("", "not UTF-8: invalid start byte", "Save the file as UTF-8.")],
    ),
    "a surrogate in the bytes": (
        b'{"id": "b", "input": "\xed\xa0\x80", "expected": "billing"}',
        [("", "not UTF-8: invalid continuation byte", "Save the file as UTF-8.")],
    ),
    "half a surrogate pair": (
        b'{"id": "b", "input": "\\ud800", "expected": "billing"}',
        [("", "half a surrogate pair", "Write the character itself.")],
    ),
    "brackets without end": (
        b"[" * 100_000,
        [("", "not JSON that can be used", "one JSON object")],
    ),
    "several faults in one line": (
        b'{"ID": "b", "expected": "bill"}',
        [
            ("ID", "unknown key", ""),
            ("input", "must be a text that is not empty", ""),
            ("expected.queue", "is not one of the allowed words", "billing"),
        ],
    ),
}


def read(tmp_path: Path, content: bytes, schema: dict[str, Any] | None = LABEL) -> list[str]:
    """What is wrong with a file of this content, one text a problem, without the path."""
    path = tmp_path / "items.jsonl"
    path.write_bytes(content)
    problems = read_items(path, schema).problems
    assert all(problem.path == str(path) for problem in problems)
    return [str(problem).removeprefix(str(path)) for problem in problems]


@pytest.mark.parametrize("mistake", BAD_LINES)
def test_a_bad_line_is_named_with_all_that_is_wrong_and_what_to_write(
    mistake: str, tmp_path: Path
) -> None:
    line, expected = BAD_LINES[mistake]
    path = tmp_path / "items.jsonl"
    path.write_bytes(GOOD + b"\n\n" + line + b"\n" + GOOD.replace(b'"a"', b'"z"'))
    found = read_items(path, LABEL)

    assert [item.id for item in found.items] == ["a", "z"]
    assert found.lines == 3
    for problem, (key, reason, suggestion) in zip(found.problems, expected, strict=True):
        assert (problem.path, problem.line, problem.key) == (str(path), 3, key)
        assert problem.reason.startswith(reason)
        assert suggestion in problem.suggestion
        assert problem.suggestion


def test_no_message_repeats_a_word_of_an_item(tmp_path: Path) -> None:
    secret = b"Ingeborg"
    lines = [
        b'{"id": "Ingeborg", "input": "Ingeborg", "expected": "billing"}',
        b'{"id": "Ingeborg", "input": "x", "expected": "billing"}',
        b'{"id": "b", "input": "x", "expected": "Ingeborg"}',
        b'{"id": "c", "input": "x", "expected": {"queue": ["Ingeborg"], "Ingeborg": 1}}',
        b'{"id": "d", "input": "Ingeborg", "expected": 1e999}',
        b'{"id": "e", "input": "Ingeborg" "Ingeborg"}',
        b'{"id": "f", "input": ["Ingeborg"], "cluster": ["Ingeborg"], "weight": "Ingeborg"}',
        b"Ingeborg",
        b'{"input": "Ingeborg\xff"}',
    ]
    found = read(tmp_path, b"\n".join(lines))

    assert len(found) >= len(lines) - 1
    assert not any(secret.decode() in problem for problem in found)


def test_a_row_twice_is_one_item_and_a_note(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(GOOD + b"\n" + GOOD)
    found = read_items(path, LABEL)

    assert ([item.id for item in found.items], found.lines, found.problems) == (["a"], 1, ())
    assert found.notes == ("items.jsonl: rows that repeat an earlier one, and count once: 1",)


def test_an_item_without_an_id_is_called_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    bare = b'{"input": "x", "expected": "billing"}'
    path.write_bytes(bare + b"\n" + bare.replace(b"billing", b"delivery"))
    first, second = read_items(path, LABEL).items
    path.write_bytes(bare)
    (again,) = read_items(path, LABEL).items

    assert (first.id, first.id != second.id) == (again.id, True)


def test_slice_and_weight_are_an_items_own_and_have_defaults(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(GOOD + b"\n" + GOOD.replace(b'"a"', b'"b", "slice": "de", "weight": 2.5'))
    first, second = read_items(path, LABEL).items

    assert (first.slice, first.weight) == ("", 1.0)
    assert (second.slice, second.weight) == ("de", 2.5)


@pytest.mark.parametrize("weight", ["0", "-1", '"2"', "true", "[1]", "1" + "0" * 400])
def test_a_weight_is_a_number_above_nothing(weight: str, tmp_path: Path) -> None:
    line = GOOD.replace(b'"a"', b'"a", "weight": ' + weight.encode())
    (problem,) = read(tmp_path, line)

    assert "weight: must be a number above 0" in problem


def test_many_items_without_gold_are_one_problem(tmp_path: Path) -> None:
    lines = b"\n".join(b'{"id": "i%d", "input": "x%d"}' % (n, n) for n in range(9))
    (problem,) = read(tmp_path, lines)

    assert problem.startswith(":1: expected: missing here and in 8 more.")


def test_very_many_problems_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, b"{\n" * 1_200)

    assert len(found) == 51
    assert found[-1].startswith(": 1150 more problems.")


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000])
def test_a_gold_number_is_one_that_an_answer_can_be(number: bytes, tmp_path: Path) -> None:
    line = b'{"id": "a", "input": "x", "expected": {"name": "ibuprofen", "dose": %s}}' % number

    assert "not JSON that can be used" in read(tmp_path, line, FIELDS)[0]


def test_every_bad_line_of_a_file_is_reported(tmp_path: Path) -> None:
    clash = GOOD.replace(b"billing", b"delivery")
    found = read(tmp_path, b"\n".join([b"{", GOOD, b"[]", clash, b"\xff"]))

    assert [problem.split(" ")[0] for problem in found] == [":1:", ":3:", ":4:", ":5:"]


def test_a_file_that_is_missing_or_an_empty_folder_cannot_be_read(tmp_path: Path) -> None:
    (missing,) = read_items(tmp_path / "none.jsonl", LABEL).problems
    (folder,) = read_items(tmp_path, LABEL).problems
    (no_path,) = read_items(tmp_path / "a\0b", LABEL).problems

    assert missing.reason == "cannot be read: No such file or directory"
    assert folder.reason.startswith("is no dataset that can be read: it holds no file that ends in")
    assert no_path.reason == "cannot be read: embedded null byte"
    assert all("folder" in problem.suggestion for problem in (missing, no_path))


@pytest.mark.parametrize("content", [b"", b"\n \n\r\n"])
def test_a_file_of_nothing_has_no_items(content: bytes, tmp_path: Path) -> None:
    (problem,) = read(tmp_path, content)

    assert problem.startswith(": has no items.")


def test_a_bare_gold_stands_for_the_only_field(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(GOOD + b"\n" + b'{"id": "b", "input": "y", "expected": {"queue": "delivery"}}')

    golds = [item.expected for item in read_items(path, LABEL).items]
    assert golds == [{"queue": "billing"}, {"queue": "delivery"}]


def test_gold_holds_the_judged_fields_only_where_some_are_named(tmp_path: Path) -> None:
    dose_only = gold_schema(FIELDS, ["dose"])

    assert read(tmp_path, b'{"id": "a", "input": "x", "expected": {"dose": 50}}', dose_only) == []
    assert read(tmp_path, b'{"id": "a", "input": "x", "expected": 50}', dose_only) == []
    assert read(tmp_path, b'{"id": "a", "input": "x", "expected": {"name": "naproxen"}}', dose_only)


def test_gold_is_not_held_against_a_list_of_judged_fields_that_is_wrong_itself(
    tmp_path: Path,
) -> None:
    assert gold_schema(FIELDS, ["dos"]) is None
    assert gold_schema(FIELDS, [["dose"]]) is None
    assert read(tmp_path, GOOD, gold_schema(FIELDS, ["dos"])) == []


def test_without_an_answer_to_fit_everything_else_is_checked(tmp_path: Path) -> None:
    found = read(tmp_path, b'{"id": "a", "input": "", "expected": [1, 2]}', None)

    assert len(found) == 1
    assert "input" in found[0]


def test_a_carriage_return_inside_a_line_ends_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace(b", ", b",\r", 1)) == []


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD + b"\r\n" + GOOD.replace(b'"a"', b'"b"') + b"\r\n")
    found = read_items(path, LABEL)

    assert (found.problems, [item.id for item in found.items]) == ((), ["a", "b"])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True))
def test_any_text_is_read_as_it_was_written_and_the_digest_is_of_the_bytes(
    tmp_path_factory: pytest.TempPathFactory, inputs: list[str]
) -> None:
    path = tmp_path_factory.mktemp("items") / "items.jsonl"
    rows = [{"id": f"i{n}", "input": text, "expected": "billing"} for n, text in enumerate(inputs)]
    content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(content)
    found = read_items(path, LABEL)

    assert found.digest == hashlib.sha256(content).hexdigest()
    kept = [item.input for item in found.items]
    assert kept == [text for text in inputs if text.strip()]
    assert len(found.problems) == (len(inputs) - len(kept) if inputs else 1)

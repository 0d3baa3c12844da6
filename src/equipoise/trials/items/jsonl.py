"""Rows of JSON: one object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from equipoise.trials.items.row import Fault, Place, Row
from equipoise.trials.items.text_file import LONGEST, Digest, lines, opened

EXAMPLE = 'A line is one JSON object, such as {"id": "a1", "input": "…", "expected": "…"}.'
TOO_LONG = Fault(f"longer than {LONGEST >> 20} MiB", "No model reads as much: take it out.")


def jsonl_rows(path: Path, digest: Digest) -> Iterator[Row]:
    """Every line that is not blank; raises OSError or ValueError where the file cannot be read."""
    with opened(path, digest) as file:
        for number, line in lines(file):
            place = Place(str(path), number)
            if line is None:
                yield Row(place, None, (TOO_LONG,))
            elif line.strip():
                yield object_row(place, line, written=True)


def object_row(place: Place, line: bytes, *, written: bool = False) -> Row:
    """A row out of its JSON, or what is wrong with that."""
    fault = None
    try:
        text = line.decode("utf-8")
        row: Any = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
        if "\\u" in text:
            # An escaped half of a surrogate pair is no character: it could be sent to nobody.
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(f"not UTF-8: {error.reason}", "Save the file as UTF-8.")
    except UnicodeEncodeError:
        fault = Fault("half a surrogate pair", "Write the character itself.")
    except json.JSONDecodeError as error:
        fault = Fault(f"not JSON: {error.msg} at column {error.colno}", EXAMPLE)
    except (ValueError, RecursionError) as error:
        fault = Fault(f"not JSON that can be used: {error}", EXAMPLE)
    else:
        if isinstance(row, dict):
            return Row(place, row, written=written)
        fault = Fault("not a JSON object", EXAMPLE)
    return Row(place, None, (fault,))


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is beyond the largest one")
    return number

"""What keeps a file from being read to its end, as a person would say it."""

from __future__ import annotations

import re
from pathlib import Path

from equipoise.errors import Problem
from equipoise.exports.connection import MEMORY

_AGAIN = "It may be cut off: export it again."
_UTF8 = "Export it again as CSV UTF-8, or as JSON."
_SMALLER = "Leave out what is not about usage, such as prompts, or export it in parts."
# What DuckDB says, what we say, and what helps; the first that is found in it counts.
_KNOWN = (
    (
        r"Columns: (\d+) Found: (\d+)",
        "has another number of cells, {1}, than the header, {0}",
        _AGAIN,
    ),
    (r"unterminated quote", "has a quotation mark too many, or one that is never closed", _AGAIN),
    (r"state machine", "has line breaks of several kinds", "Save it anew with one of them."),
    (r"[Ii]nvalid unicode|not utf-8 encoded", "is not UTF-8 text", _UTF8),
    (r"invalid UTF-8", "is not UTF-8 text", _UTF8),
    (r"Maximum line size", "is longer than 16 MiB", _SMALLER),
    (r"maximum_object_size", "holds an object of more than 16 MiB", _SMALLER),
    (r"Malformed JSON .*: (.+?)\.? *$", "is no whole JSON: {0}", _AGAIN),
    (r"no objects", "holds values that are no objects", "A row of JSON is an object."),
    (r"recursion", "is nested too deeply", _SMALLER),
    (r"[Pp]arquet|magic bytes|decompression|Footer", "is no whole Parquet file", _AGAIN),
    (r"Overflow|out of range", "holds numbers too large to add up", "Look for a slip in a number."),
    (r"Out of Memory", f"needs more memory than the {MEMORY} set aside", _SMALLER),
    (r"space left|max_temp_directory", "needs more room for temporary files than there is", ""),
)
_LINE = re.compile(r"Line: (\d+)")
_JSON_LINE = re.compile(r"in line (\d+)")
_RECORD = re.compile(r"in record/value (\d+)")


def broken(path: Path, error: Exception, above: int = 0) -> Problem:
    """A file that ends in the middle, or is not what its beginning promised.

    `above` counts the lines of the file that were not read with the others.
    """
    said = str(error)
    line, key = None, ""
    if found := _LINE.search(said):
        line = int(found.group(1)) + above
    elif found := _JSON_LINE.search(said):
        line = int(found.group(1)) - 1
    elif found := _RECORD.search(said):
        key = f"row {int(found.group(1)) - 1}"
    for pattern, reason, advice in _KNOWN:
        if match := re.search(pattern, said, re.MULTILINE):
            return Problem(str(path), line, key, reason.format(*match.groups()), advice)
    return Problem(str(path), line, key, "cannot be read to its end", _AGAIN)

"""A TOML file as read, and where everything in it stands. Knows no table's meaning."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from equipoise.config import toml_lines
from equipoise.errors import ConfigurationError, Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """The data of a file, not judged yet, and the line of every key."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[toml_lines.Path, int]

    def at(self, kind: type[T], *where: str | int) -> T | None:
        """The value at a place; None where there is none or one of another kind than `kind`."""
        value: Any = self.data
        for part in where:
            inside = (isinstance(value, dict) and part in value) or (
                isinstance(value, list) and isinstance(part, int) and part < len(value)
            )
            if not inside:
                return None
            value = value[part]
        # A boolean is no number in TOML, although it is one in Python.
        return value if type(value) is kind else None

    def problem(self, where: toml_lines.Path, reason: str, suggestion: str = "") -> Problem:
        """Say what is wrong at a place of this file."""
        line = toml_lines.line_of(self.lines, where)
        return Problem(str(self.path), line, _dotted(where), reason, suggestion)


def read_toml(path: Path) -> TomlFile:
    """Read a TOML file; raises ConfigurationError where that cannot be done."""
    text = _text(path)
    try:
        return TomlFile(path, tomllib.loads(text), toml_lines.locate(text))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        reason = f"not TOML: {re.sub(r' [(]at .*[)]$', '', str(error))}"
        advice = "Texts stand in quotes, every key stands once, every bracket is closed."
        raise _refused(path, line, reason, advice) from error
    except RecursionError as error:
        reason = "nested too deeply to be read"
        raise _refused(path, None, reason, "Take brackets away.") from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        nearby = difflib.get_close_matches(str(path), map(str, path.parent.glob("*.toml")), 1, 0.5)
        advice = f"Did you mean {nearby[0]}?" if nearby else "Check the path."
        raise _refused(path, None, "no such file", advice) from error
    except OSError as error:
        advice = "Check the path and who may read it."
        raise _refused(path, None, f"cannot be read: {error.strerror}", advice) from error
    try:
        # Some editors begin a file with a byte order mark, which the parser would refuse.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        advice = "Save the file as UTF-8."
        raise _refused(path, line, f"not UTF-8: {error.reason}", advice) from error


def _refused(path: Path, line: int | None, reason: str, advice: str) -> ConfigurationError:
    return ConfigurationError((Problem(str(path), line, "", reason, advice),))


def _dotted(where: toml_lines.Path) -> str:
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text

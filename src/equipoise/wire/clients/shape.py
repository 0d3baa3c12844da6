"""What one JSON object of a request may hold: every field is carried, ignored or refused by name.

A gateway that drops a field answers another question than it was asked. So a field is dropped only
where a table says why the answer is the same without it; all others are refused, unknown ones too.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NoReturn, TypeVar

import msgspec

from equipoise.errors import RequestRefusedError

Carried = TypeVar("Carried", bound=msgspec.Struct)

# The default of an optional object; a field that says null says the same as one that is absent.
NOTHING: Final = msgspec.Raw(b"null")

# A name is repeated in the refusal; one longer than this is no field of any dialect.
_LONGEST_NAME: Final = 64

_UNREADABLE: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Shape(Generic[Carried]):
    """The fields of one object.

    `carried` types those that reach the model. `ignored` names those without effect on the answer
    and says why; `refused` names those with one and says what to do. `idle` lists the values, null
    apart, with which a refused field asks for nothing and may stand.
    """

    carried: type[Carried]
    ignored: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    idle: Mapping[str, tuple[object, ...]] = field(default_factory=dict)

    def read(self, content: bytes | msgspec.Raw, path: str = "") -> Carried:
        """Read the object that stands at `path` of the body.

        Raises RequestRefusedError, which names the field and what is expected of it.
        """
        try:
            for name, value in msgspec.json.decode(content, type=dict[str, msgspec.Raw]).items():
                shown = name[:_LONGEST_NAME]
                self._screen(name, value, f"{path}.{shown}" if path else shown)
            return msgspec.json.decode(content, type=self.carried)
        except _UNREADABLE as error:
            raise _unreadable(error, path) from error

    def optional(self, content: msgspec.Raw, path: str) -> Carried | None:
        """Read an object that may be absent or null."""
        return None if bytes(content) == b"null" else self.read(content, path)

    def _screen(self, name: str, value: msgspec.Raw, path: str) -> None:
        if name in self.ignored or name in self.carried.__struct_fields__:
            return
        if name not in self.refused:
            known = [*self.carried.__struct_fields__, *self.ignored, *self.refused]
            refuse(path, "not a field known here", _suggestion(name[:_LONGEST_NAME], known))
        if msgspec.json.decode(value) not in (None, *self.idle.get(name, ())):
            refuse(path, "cannot be carried to the model", self.refused[name])


def refuse(path: str, reason: str, hint: str) -> NoReturn:
    """Raise the refusal of what stands at `path`."""
    raise RequestRefusedError(f"{path}: {reason}", hint=hint)


def _unreadable(error: Exception, path: str) -> RequestRefusedError:
    # msgspec ends its sentence with the place, `$` being the object read; it quotes no values but
    # those of enumerations, of which there are none in the requests here.
    reason, _, place = str(error).rpartition(" - at `$")
    if isinstance(error, msgspec.ValidationError):
        where = f"{path}{place.rstrip('`')}".removeprefix(".") if reason else path
        said = (reason or str(error)).replace("`", "")
        hint = "Correct the field and send the request again."
        return RequestRefusedError(f"{where or 'the body'}: {said}", hint=hint)
    said = "nested too deeply" if isinstance(error, RecursionError) else "not JSON in UTF-8"
    hint = "Send one JSON object encoded as UTF-8."
    return RequestRefusedError(f"{path or 'the body'}: {said}", hint=hint)


def _suggestion(wrong: str, known: list[str]) -> str:
    close = difflib.get_close_matches(wrong, known, 1, 0.6)
    return f"Did you mean {close[0]!r}?" if close else "Leave it out: no effect is known for it."

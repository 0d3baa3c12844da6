"""A part of a log as a typed value, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from equipoise.trials.imports.call import UnreadableError

# No context is so long; a count beyond it is a mistake, and its price would overflow the ledger.
Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]

T = TypeVar("T", bound=msgspec.Struct)


def read(given: Mapping[str, Any], kind: type[T], what: str) -> T:
    """Read an object as `kind`; raises UnreadableError, which names the place and no value."""
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        # msgspec quotes no values, only types and places, of which `$` is the object read.
        reason, _, place = str(error).rpartition(" - at `$")
        where = f"{what}{place.rstrip('`')}" if reason else what
        raise UnreadableError(f"{where}: {(reason or str(error)).replace('`', '')}") from error

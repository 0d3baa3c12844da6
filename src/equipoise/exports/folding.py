"""Names by the ten thousand, one for each request or user, folded into one: nobody reads them."""

from __future__ import annotations

from equipoise.domain.bill import TOKEN_KINDS, Note
from equipoise.exports.canonical import added
from equipoise.exports.connection import Reader

_MANY = 10_000
_KEPT = 1_000
_WORDS = {"key": "keys", "project": "projects", "by": "groups"}
_TOKENS = " + ".join(f'coalesce(sum("{name}"), 0)' for name in TOKEN_KINDS)


def folded(reader: Reader, title: str) -> list[Note]:
    """Fold the table `lines` where a column has too many values; sums stay as they are.

    The values that cost most, or have most tokens where nothing is said of costs, stand alone.
    """
    notes = []
    for column, word in _WORDS.items():
        values = f'SELECT "{column}" FROM lines WHERE "{column}" IS NOT NULL GROUP BY "{column}"'
        (count,) = reader.row(f"SELECT count(*) FROM ({values})")
        if count <= _MANY:
            continue
        name = f"({count - _KEPT:,} other {word})"
        largest = (
            f"{values} ORDER BY sum(abs(cost)) DESC NULLS LAST, {_TOKENS} DESC, "
            f'"{column}" LIMIT {_KEPT}'
        )
        one = f'CASE WHEN "{column}" IS NULL OR "{column}" IN ({largest}) THEN "{column}" '
        one += f"ELSE '{name}' END"
        lines = f'SELECT * REPLACE ({one} AS "{column}") FROM lines'
        reader.rows(f"CREATE TEMP TABLE fewer AS {added(lines)}")
        reader.rows("DROP TABLE lines")
        reader.rows("ALTER TABLE fewer RENAME TO lines")
        text = (
            f"{title} names {count:,} {word}: the {_KEPT:,} largest stand alone, the others are "
            f"counted together as {name}"
        )
        notes.append(Note("folded", text))
    return notes

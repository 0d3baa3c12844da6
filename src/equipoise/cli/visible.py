"""Other people's text on a terminal: whatever would steer it is shown, and not obeyed."""

from __future__ import annotations

# Joiners, which some scripts cannot be read without; they move nothing on the screen.
_JOINERS = frozenset("\u200c\u200d")


def visible(text: str, *, lines: bool = True) -> str:
    r"""The text with control characters, marks of direction and the like as escapes such as `\x1b`.

    Ends of lines and tabs stay where `lines` is true.
    """
    kept = _JOINERS | frozenset("\n\t") if lines else _JOINERS
    return "".join(
        letter if letter.isprintable() or letter in kept else _escaped(letter)
        for letter in (text.replace("\r\n", "\n") if lines else text)
    )


def _escaped(letter: str) -> str:
    number = ord(letter)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"

"""What is hidden by escapes, width or invisible letters is found, and the rest stays as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.items.redaction.decoding import read
from equipoise.trials.items.redaction.redactor import Redactor


def wide(text: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON's escapes": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "escapes of escapes": lambda text: "".join(f"\\\\u{ord(letter):04X}" for letter in text),
    "Python's escapes": lambda text: "".join(f"\\x{ord(letter):02x}" for letter in text),
    "percent": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
    "an address's signs": quote,
    "percent of percent": lambda text: quote(quote(text)),
    "HTML": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(letter):x};" for letter in text),
    "full width": wide,
    "zero width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
}
THINGS = {
    "EMAIL": "jane.doe@example.com",
    "CARD": "4111 1111 1111 1111",
    "IBAN": "DE89370400440532013000",
    "IP": "203.0.113.77",
    "PHONE": "+49 30 901820",
    "SECRET": "AKIAABCDEFGHIJKLMNOP",
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("name", THINGS)
def test_however_it_is_written_it_is_the_same_thing(name: str, written: str) -> None:
    thing = THINGS[name]
    redacted = Redactor().redact(
        f"a; {WRITTEN[written](thing)}; {thing}; e\u200bn\uff44 100%25 &amp;"
    )

    assert redacted == f"a; <{name}_1>; <{name}_1>; e\u200bn\uff44 100%25 &amp;"


def test_digits_of_other_scripts_are_digits() -> None:
    assert Redactor().redact("+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧; ٥ و ٦") == "<PHONE_1>; ٥ و ٦"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (r"{\"to\": \"jane@example.com\"", r"{\"to\": \"<EMAIL_1>\""),
        (r"said:\njane@example.com\nBye", r"said:\n<EMAIL_1>\nBye"),
        (r"\"password\": \"hunter2\"", r"\"password\": \"<SECRET_1>\""),
        ("ju\u0308rgen@example.com", "<EMAIL_1>"),
        ("a%40b@example.org", "a%40<EMAIL_1>"),
    ],
)
def test_signs_around_it_stay(text: str, redacted: str) -> None:
    assert Redactor().redact(text) == redacted


@given(st.text(max_size=100))
def test_every_part_of_a_reading_stands_somewhere_in_the_text(text: str) -> None:
    reading = read(text)
    spans = [reading.origin((place, place + 1)) for place in range(len(reading.text))]

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\%&")))
def test_plain_text_reads_as_it_is_written(text: str) -> None:
    assert read(text).text == text
    assert read(json.dumps(text)[1:-1]).text == text

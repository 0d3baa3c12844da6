"""What a redacted text no longer holds, and what it still says."""

from __future__ import annotations

import re
import time
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.trials.items.redaction.decoding import read
from equipoise.trials.items.redaction.json_text import values
from equipoise.trials.items.redaction.redactor import PATTERNS, Redactor

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="@"), max_size=12)
BLANKS = st.sampled_from([" ", ", ", "\n", " (", ": "])

# A rare sign before an address is more often a mark than a part of it: "*ann@example.com*".
PLAIN = st.from_regex(r"[a-z][a-z0-9.+-]{0,8}[a-z0-9]@[a-z]{2,8}\.(com|org)", fullmatch=True)

# Numbers that banks print as examples.
CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009", "6011000000000004"]
ACCOUNTS = ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "FR1420041010050500013M02606"]


def check_digit(digits: str) -> str:
    """The digit that makes Luhn's sum a multiple of ten, reckoned by hand's rule."""
    doubled = [str(2 * int(d)) if n % 2 == 0 else d for n, d in enumerate(reversed(digits))]
    return str(-sum(int(d) for part in doubled for d in part) % 10)


SHAPES = {
    16: [(16,), (4, 4, 4, 4)],
    15: [(15,), (4, 6, 5)],
    14: [(14,), (4, 6, 4)],
    19: [(19,), (4, 4, 4, 4, 3), (6, 13)],
}
BEGINNINGS = {16: ["4", "51", "2221", "6011", "3528", "2200"], 15: ["34", "37"], 14: ["36", "300"]}
BEGINNINGS[19] = ["4", "62"]


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A number of a card as some network issues it, unbroken or in the groups of its print."""
    size = draw(st.sampled_from(sorted(SHAPES)))
    body = draw(st.sampled_from(BEGINNINGS[size]))
    body += draw(
        st.text("0123456789", min_size=size - 1 - len(body), max_size=size - 1 - len(body))
    )
    digits = body + check_digit(body)
    places = [0, *accumulate(draw(st.sampled_from(SHAPES[size])))]
    sign = draw(st.sampled_from([" ", "-", ".", "/", "  ", "\n", "\u00a0", "\u2011", " - "]))
    return sign.join(digits[a:b] for a, b in pairwise(places))


def unbroken_cards_left(text: str) -> list[str]:
    """Runs of digits that are a Visa's or a Mastercard's number."""
    runs = re.findall(r"(?<![0-9])(?<![0-9][.,])(?:4[0-9]{15}|5[1-5][0-9]{14})(?![0-9])", text)
    return [run for run in runs if check_digit(run[:-1]) == run[-1]]


@given(st.lists(st.tuples(WORDS, BLANKS, st.emails(), BLANKS), min_size=1, max_size=3), WORDS)
def test_no_address_of_mail_is_left(parts: list[tuple[str, str, str, str]], end: str) -> None:
    text = "".join("".join(part) for part in parts) + end
    redacted = Redactor().redact(text)

    assert "@" not in redacted.replace(end, "")


@given(st.lists(st.tuples(st.text(st.sampled_from("ab ,;"), max_size=5), cards()), max_size=3))
def test_no_number_of_a_card_is_left_in_a_text(parts: list[tuple[str, str]]) -> None:
    redacted = Redactor().redact("; ".join(word + card for word, card in parts))

    assert redacted.count("<CARD_") == len(parts)
    assert not re.search("[0-9]{3}", redacted)


@given(st.text(st.sampled_from("0145 -.a"), max_size=60), cards())
def test_no_unbroken_card_is_left_in_any_mix_of_digits(text: str, card: str) -> None:
    whole = f"{text} {re.sub('[^0-9]', '', card)} {text}"

    assert unbroken_cards_left(Redactor().redact(whole)) == []


@given(st.lists(st.integers(10, 99), min_size=8, max_size=40))
def test_a_list_of_two_digit_numbers_stays(numbers: list[int]) -> None:
    text = "Add the numbers: " + " ".join(map(str, numbers))

    assert Redactor().redact(text) == text


@given(st.text(max_size=200))
def test_a_redacted_text_is_left_alone(text: str) -> None:
    redacted = Redactor().redact(text)

    assert Redactor().redact(redacted) == redacted
    assert not any(list(pattern.find(redacted)) for pattern in PATTERNS)


PIECES = [
    *("ann@example.com", "4111 1111 1111 1111", "+49 30 901820", "203.0.113.7", "2001:db8::1"),
    *("password: ", "token=", "secret", "sk-abcdefghijklmnop123", "tel ", "call ", "Bearer "),
    *("DE89 3704 0044 0532 0130 00", "https://u:p@h.de/", "-----BEGIN PRIVATE KEY-----", "(at)"),
    *(" ", "\n", ".", ",", "-", "/", "_", ":", "\\", "\\n", "\\u0040", "%40", "%25", "&#64;", "＠"),
    *(
        "\u200b",
        "é",
        "0",
        "12",
        "345",
        "6789",
        "a",
        "x.y",
        "@",
        "<",
        ">",
        "<EMAIL_1>",
        "<SECRET_12>",
    ),
    *('"', "'", "{", "}", "[", "]", "authorization: ", "?key=", "+", "00", "\ud800"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_nothing_that_is_looked_for_is_left_whatever_stands_beside_what(text: str) -> None:
    redacted = Redactor().redact(text)

    assert Redactor().redact(redacted) == redacted
    if values(text) is None:
        readings = {redacted, read(redacted).text}
        assert not any(list(row.find(reading)) for row in PATTERNS for reading in readings)


@given(PLAIN, cards())
def test_the_same_thing_has_the_same_placeholder(email: str, card: str) -> None:
    redactor = Redactor()
    again = re.sub("[^0-9]", "", card)
    first = redactor.redact(f"write {email} pay {card}")
    second = redactor.redact(f"pay {again} write {email}")

    assert first == "write <EMAIL_1> pay <CARD_1>"
    assert second == "pay <CARD_1> write <EMAIL_1>"
    assert redactor.found == {"EMAIL": 2, "CARD": 2}


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("to=ann@example.com, Bob <bob@ex-ample.co.uk>", "to=<EMAIL_1>, Bob <<EMAIL_2>>"),
        ("Ann@Example.com and ann@example.com", "<EMAIL_1> and <EMAIL_1>"),
        ("jürgen@müller.example", "<EMAIL_1>"),
        ("a@b.example.x@c.example", "<EMAIL_1>.<EMAIL_2>"),
        (f"card {CARDS[0]} 12/29", "card <CARD_1> 12/29"),
        (f"{CARDS[1]}, {CARDS[2]} or {CARDS[3]}", "<CARD_1>, <CARD_2> or <CARD_3>"),
        (f"{ACCOUNTS[0]} please", "<IBAN_1> please"),
        (f"{ACCOUNTS[0].lower()}; {ACCOUNTS[0].replace(' ', '')}", "<IBAN_1>; <IBAN_1>"),
        (f"{ACCOUNTS[1]},{ACCOUNTS[2]}", "<IBAN_1>,<IBAN_2>"),
        ("from 203.0.113.7:443 to 2001:db8::1", "from <IP_1>:443 to <IP_2>"),
        ("+49 30 901820", "<PHONE_1>"),
        ("call (555) 234-5678 or +1 (555) 234-5678", "call <PHONE_1> or <PHONE_1>"),
        ("Tel. 030 / 901 820, 0049 30 901820", "Tel. <PHONE_1>, <PHONE_2>"),
        ("+49 30 901820 or 0049 30 901820", "<PHONE_1> or <PHONE_1>"),
        ("415 555 2671, 1-415-555-2671, +14155552671", "<PHONE_1>, <PHONE_1>, <PHONE_1>"),
        ("07700 900123, (020) 7946 0958", "<PHONE_1>, <PHONE_2>"),
        ("06 12 34 56 78 75001 Paris", "<PHONE_1> 75001 Paris"),
        ("06.12.34.56.78", "<PHONE_1>"),
        ("138 0013 8000; 98765 43210; 612 345 678", "<PHONE_1>; <PHONE_2>; <PHONE_3>"),
        ("call 4155552671", "call <PHONE_1>"),
        ("电话:13800138000", "电话:<PHONE_1>"),
        ("jane.doe (at) example [dot] com", "<EMAIL_1>"),
        ('"jane doe"@example.com', "<EMAIL_1>"),
        ("host_203.0.113.77", "host_<IP_1>"),
        ("IBANDE89-3704-0044-0532-0130-00", "IBAN<IBAN_1>"),
        ("4111 1111\n1111 1111 2029", "<CARD_1> 2029"),
        ("4111 1111 1111 1111 5500 0000 0000 0004", "<CARD_1> <CARD_2>"),
        ("Tel. 030/901820", "Tel. <PHONE_1>"),
        ("sk-proj-abcdefghijklmnop123", "<SECRET_1>"),
        ("Authorization: Bearer abcdefghijklmnop.qrs==", "Authorization: Bearer <SECRET_1>"),
        ("AKIAABCDEFGHIJKLMNOP", "<SECRET_1>"),
        ("postgres://root:hunter2@db/x", "postgres://<SECRET_1>@db/x"),
        ("redis://:S3cretPass@cache:6379", "redis://<SECRET_1>@cache:6379"),
        ("AUTHORIZATION: BEARER abcdef0123456789abcdef", "AUTHORIZATION: BEARER <SECRET_1>"),
        ("Authorization: Basic dXNlcjpodW50", "Authorization: Basic <SECRET_1>"),
        ("password: hunter2secret.", "password: <SECRET_1>."),
        ('DB_PASSWORD="two words"', 'DB_PASSWORD="<SECRET_1>"'),
        ("My password is hunter22", "My password is <SECRET_1>"),
        ("Passwort: geheim-42", "Passwort: <SECRET_1>"),
        ('api_key="0123456789abcdef"', 'api_key="<SECRET_1>"'),
        ("aws_secret_access_key = wJalrXUtnF/K7MDENG", "aws_secret_access_key = <SECRET_1>"),
        ("https://api.example/v1?key=abcdef0123456789", "https://api.example/v1?key=<SECRET_1>"),
        ("SG.abcdefghijklmnopqrstuv.ABCDEFGHIJKLMNOPQRST", "<SECRET_1>"),
        ("npm_abcdefghijklmnopqrstuvwxyz0123456789", "<SECRET_1>"),
        ("123456789:AAabcdefghijklmnopqrstuvwxyz0123456", "<SECRET_1>"),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQ\n-----END PGP PRIVATE KEY BLOCK-----",
            "<SECRET_1>",
        ),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----.", "<SECRET_1>."),
    ],
)
def test_what_is_found_and_what_stands_for_it(text: str, redacted: str) -> None:
    assert Redactor().redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112",
        "at 1795000000500 ms",
        "2026-11-25 10:30:15, 25.11.2026",
        "01-02-2026 10",
        "levothyroxine 0.075 mg, 8/10, TSH 6.8",
        "127.0.0.1 and ::1",
        "std::vector, abc::def",
        "version 1.2.3.4.5",
        "v10.2.33.4, version 10.2.33.4 and numpy==10.2.33.40",
        "see section 14.1.2.9 or 4.1.2.9",
        "Chrome/120.0.0.0",
        "x[1:2:3], a::2 and [::2]",
        "invoice 0012345678, parcel 00340434161094",
        "Codes 01 02 03 04 05 06 07 08 09",
        "Scores 05 12 18 24 30 36",
        "Sort 612 345 678 901 and 234 555 671 890",
        "4521 3987 4410 5120 6003 4556",
        "a million: 612 345 678 EUR",
        "EAN 4006381333931, ISBN 978-3-16-148410-0",
        "0.4111111111111111",
        "5 +12345678",
        "a salary between 60000 70000",
        "call on 2024-05-06 10:30",
        "a@b.mean() and x@y.T",
        "max_tokens: 12345678, tokens: 123456789",
        "password reset, Basic information, a bearer of news",
        "secret: the answer",
        "GB28 NWBK 6016 1331 9268 19",
        "task-oriented, risk-averse",
        "a @ b, @name, x@y",
        "Ingeborg Müller, Lindenstraße 4",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert Redactor().redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            word * 50_000
            for word in (
                "aaaa",
                "a.",
                "1 ",
                "a@",
                "DE89",
                "00 1",
                "x@a.",
                ":",
                "\\",
                "&#",
                "0123 ",
                "tel ",
            )
        ),
        "x@" + "a." * 100_000,
        "-----BEGIN KEY-----" * 10_000,
        "x@a.bc." * 20_000,
        "+4930901820" * 20_000,
        "sk-aaaaaaaaaaaaaaaa+4930901820" * 5_000,
        "203.0.113.7," * 20_000,
        " ".join(f"a{n}@b.example" for n in range(20_000)),
    ],
    ids=lambda text: text[:8],
)
def test_no_text_takes_long(text: str) -> None:
    before = time.process_time()
    Redactor().redact(text)

    # Linear finders take a second or two here; a quadratic one would take minutes.
    assert time.process_time() - before < 20

"""Numbers that prove themselves: cards by their network and Luhn's sum, accounts by modulo 97."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Beginnings and lengths as the networks publish them, without those that none issues any more: a
# Visa of 13 digits is today the number of goods, of which one in ten satisfies Luhn's sum.
_NETWORKS: Final[Mapping[str, str]] = {
    "Visa": r"4(?:[0-9]{15}|[0-9]{18})",
    "Mastercard": r"(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)"
    r"[0-9]{12}",
    "American Express": r"3[47][0-9]{13}",
    "Diners Club": r"3(?:0[0-5]|[689][0-9])[0-9]{11,16}",
    "JCB": r"35(?:2[89]|[3-8][0-9])[0-9]{12,15}",
    "Discover, UnionPay, Maestro, RuPay": r"6[0-9]{15,18}",
    "Maestro": r"5[06-9][0-9]{14,17}",
    "Mir": r"220[0-4][0-9]{12,15}",
    "RuPay": r"8[12][0-9]{14}",
}
_CARD: Final = re.compile("|".join(f"(?:{form})" for form in _NETWORKS.values()))

# Characters of an IBAN by country; SWIFT's registry of ISO 13616, release 100.
IBAN_LENGTHS: Final[Mapping[str, int]] = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
    for country in countries.split()
}


def is_card(digits: str) -> bool:
    """Whether digits are the number of a card that some network issues."""
    return _CARD.fullmatch(digits) is not None and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether letters and digits without blanks are an account's number (ISO 7064, MOD 97-10)."""
    if IBAN_LENGTHS.get(text[:2].upper()) != len(text):
        return False
    turned = (text[4:] + text[:4]).upper()
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1

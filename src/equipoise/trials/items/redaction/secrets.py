"""Keys, tokens and passwords: by the form their issuer gave them, or by the name before them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from equipoise.trials.items.redaction.spans import Span, found

# As their issuers document the forms; what follows a prefix is long enough to be no word.
_FORMS: Final[Mapping[str, str]] = {
    "private key": r"-----BEGIN [A-Z0-9 ]{0,30}(?:KEY|KEY BLOCK)-----[\s\S]*?"
    r"(?:-----END [A-Z0-9 ]+-----|\Z)",
    "JSON web token": r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}",
    "OpenAI, Anthropic and others": r"(?<![\w-])sk-[\w-]{16,}",
    "Stripe": r"(?<![\w-])(?:[rsp]k_(?:live|test)|whsec)_\w{10,}",
    "AWS": r"(?<![\w-])(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?!\w)",
    "GitHub": r"(?<![\w-])(?:gh[oprsu]_\w{30,}|github_pat_\w{30,})",
    "GitLab": r"(?<![\w-])gl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{16,}",
    "Slack": r"(?<![\w-])(?:xox[abeoprs]-|xapp-)[\w-]{10,}",
    "Slack's and Discord's hooks": r"(?<=hooks\.slack\.com/services/)[\w/]{20,}"
    r"|(?<=discord\.com/api/webhooks/)[\w/-]{30,}",
    "Google": r"(?<![\w-])(?:AIza[\w-]{35}|GOCSPX-[\w-]{20,}|ya29\.[\w-]{20,})",
    "Hugging Face, Groq, xAI": r"(?<![\w-])(?:hf_|gsk_|xai-)\w{20,}",
    "Replicate, Perplexity, NVIDIA, Tavily": r"(?<![\w-])(?:r8_|pplx-|nvapi-|tvly-)[\w-]{20,}",
    "SendGrid": r"(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}",
    "npm, PyPI, Docker": r"(?<![\w-])(?:npm_|pypi-|dckr_pat_)[\w-]{20,}",
    "Telegram": r"(?<![\w-])[0-9]{8,10}:[\w-]{33,45}(?![\w-])",
    "Twilio, Mailgun": r"(?<![\w-])(?:(?:SK|AC)[0-9a-f]{32}|key-[0-9a-f]{32})(?!\w)",
    "DigitalOcean, Shopify, Databricks": r"(?<![\w-])(?:do[opr]_v1_[0-9a-f]{40,}"
    r"|shp(?:at|ca|pa|ss)_[0-9a-f]{32}|dapi[0-9a-f]{32})(?!\w)",
    "Vault, Grafana, Linear, Postman": r"(?<![\w-])(?:hv[sb]\.|gl(?:sa|c)_|lin_api_|PMAK-)"
    r"[\w-]{20,}",
    "password in an address": r"(?<=://)[^\s/:@]{0,200}:[^\s/@]{1,200}(?=@)",
}
_SECRETS: Final = re.compile("|".join(_FORMS.values()))

_PHRASE: Final = (
    r"(?:pass(?:word|wort|wd|phrase|code)|kennwort|pwd|mot de passe|contraseña|密码|パスワード)"
)
_KEY: Final = (
    r"(?:secret|token|credentials?|api[ _-]?key|(?:access|secret|private|account|auth|shared|client"
    r"|encryption|signing|licen[cs]e|master|storage|subscription)[ _-]?(?:access[ _-]?)?key)"
)
# Never a placeholder: what was replaced already is no secret.
_NEW: Final = r"(?!<[A-Z]{2,6}_[0-9]{1,9}>)"
_GIVEN: Final = r"[\"'`*_]{0,3}[ \t]{0,3}(?::=|=>|[:=])[ \t*`]{0,3}"
_SIGNS: Final = r"[\w.+/=~%:|!@#$^*-]"
_RANDOM: Final = rf"(?:(?={_SIGNS}{{0,200}}[0-9]){_SIGNS}{{8,}}|{_SIGNS}{{16,}})"
_WORD: Final = r"[^\s\"'`]{3,500}[^\s\"'`.,;:!?)\]}>]"
_SURE: Final = (
    rf"{_PHRASE}{_GIVEN}{_NEW}"
    rf"(?:\"{_NEW}([^\"\n]{{4,500}})\"|'{_NEW}([^'\n]{{4,500}})'|({_WORD}))"
)
_TOLD: Final = rf"{_PHRASE} (?:is|ist|lautet|est|es):? [\"'`]?{_NEW}(?=[^\s]{{0,60}}[0-9])({_WORD})"
_HEADER: Final = (
    rf"authorization{_GIVEN}[\"']?"
    rf"(?:(?:basic|digest|token|bearer|key)[ \t]+({_SIGNS}{{6,}})|({_RANDOM}))"
)
_BASIC: Final = (
    r"(?<![a-z])basic[ \t]{1,2}"
    r"(?-i:(?=[A-Za-z0-9+/]{0,200}(?:[0-9=]|[a-z][A-Z]))([A-Za-z0-9+/]{12,}={0,2}))"
)
_NAMED: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        _SURE,
        _TOLD,
        rf"{_KEY}{_GIVEN}[\"']?({_RANDOM})",
        rf"[?&](?:key|sig|signature|auth)=({_RANDOM})",
        _HEADER,
        r"(?<![a-z])bearer[ \t:]{1,3}([\w.~+/-]{16,}=*)",
        _BASIC,
    )
)
_NAMES_PHRASE: Final = re.compile(rf"{_PHRASE}\W*$", re.IGNORECASE)
_NAMES_KEY: Final = re.compile(rf"{_KEY}\W*$", re.IGNORECASE)
_LIKE_ONE: Final = re.compile(r"(?=[^\s]*[0-9])[^\s]{8,}|[^\s]{16,}")
_LEAST: Final = 4


def secrets(text: str) -> Iterator[Span]:
    """Keys and tokens of known forms, and what is given as a password, a token or a key."""
    yield from found(_SECRETS, text)
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            yield match.span(match.lastindex or 0)


def is_named_secret(name: str, value: str) -> bool:
    """Whether a field of this name gives away a password, a token or a key with this value."""
    if _NAMES_PHRASE.search(name):
        return len(value.strip()) >= _LEAST
    return _NAMES_KEY.search(name) is not None and _LIKE_ONE.fullmatch(value.strip()) is not None

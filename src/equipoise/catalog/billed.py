"""From a model's name on a bill to the catalog's model. A name it cannot place stays unplaced.

Bills write one model in many ways: with the date of a snapshot, the path of a cloud, the region
of a profile, a dot or a dash. What is taken off here never tells two models of the catalog apart;
a different version, size or fine-tune is a different model, and the answer is then None.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache

from equipoise.catalog import models
from equipoise.catalog.endpoints import endpoints
from equipoise.domain.endpoint import Endpoint
from equipoise.domain.model import Model

Form = tuple[str, ...]

# What a cloud puts before a model's own name: `us.anthropic.`, `global.openai.`, `meta.`.
_CLOUD = re.compile(
    r"^(?:(?:us|us-gov|eu|apac|jp|au|ca|global|regional)\.)?"
    r"(?:anthropic|openai|meta|mistral|google|deepseek|qwen|moonshotai|minimax|zai|nvidia)\."
)
_TAILS = (
    re.compile(r":(?:batch|beta|exacto|extended|floor|free|nitro|online|thinking)$"),  # OpenRouter
    re.compile(r"-v?\d+:\d+(?::\d+k)?$"),  # Bedrock
    re.compile(r"@(?:\d{8}|default|latest)$"),  # Vertex AI
    re.compile(r"-(?:20\d{6}|20\d\d-[01]\d-[0-3]\d)$"),  # a snapshot's day
    re.compile(r"-00\d$"),  # Google's stable versions
    re.compile(r"-latest$"),
)
# A month and day mean a snapshot of one model with these; with DeepSeek or Moonshot, a new model.
_MONTH_AND_DAY = re.compile(r"-(?:0[1-9]|1[0-2])[0-3]\d$")
_SNAPSHOTS_BY_MONTH_AND_DAY = {"OpenAI", "xAI"}
_TOKEN = re.compile(r"[a-z]+|\d+")


def catalog_model(provider: str, billed: str) -> Model | None:
    """The catalog's model that a provider's bill calls `billed`; None where it is none of them.

    `provider` is an endpoint's id or the name its prices go by; where it is neither, the name
    alone decides. First the exact id counts, then what that provider calls its models, then the
    name without what its snapshot, cloud or route adds to it.
    """
    name = billed.strip().lower()
    if name in _by_id():
        return _by_id()[name]
    ours = [row for row in endpoints() if provider.lower() in {row.id, row.price_provider}]
    served = dict(_served(ours)).get(name)
    if served is not None:
        return served
    found = _by_form().get(_form(name))
    if found is not None:
        return found
    dated = _by_form().get(_form(_MONTH_AND_DAY.sub("", name)))
    return dated if dated and dated.developer in _SNAPSHOTS_BY_MONTH_AND_DAY else None


@cache
def _by_id() -> dict[str, Model]:
    return {row.id.lower(): row for row in models.models()}


@cache
def _by_form() -> dict[Form, Model]:
    """Models by the normal forms of their own names, then of those that some endpoint has.

    A form that two models have among the names of one kind is neither's.
    """
    return {**_unambiguous(_served(endpoints())), **_unambiguous(_own_names())}


def _unambiguous(names: Iterable[tuple[str, Model]]) -> dict[Form, Model]:
    found: defaultdict[Form, dict[str, Model]] = defaultdict(dict)
    for name, model in names:
        found[_form(name)][model.id] = model
    return {form: next(iter(rows.values())) for form, rows in found.items() if len(rows) == 1}


def _own_names() -> Iterator[tuple[str, Model]]:
    for model in models.models():
        yield model.id.lower(), model
        yield model.name.lower(), model
        if model.repository is not None:
            yield model.repository.lower(), model


def _served(rows: Iterable[Endpoint]) -> Iterator[tuple[str, Model]]:
    for endpoint in rows:
        for model, name in endpoint.served_names.items():
            yield name.lower(), models.find(model)


def _form(name: str) -> Form:
    """A name in lower case as its words and numbers: `llama-3.1-8b` and `llama3_1 8b` are one.

    The path before the name and what a tail adds are taken off first. A fine-tune's name has no
    form: it is a model of its owner's, which the catalog does not know.
    """
    if name.startswith("ft:"):
        return ()
    name = _CLOUD.sub("", name.rpartition("/")[2])
    name = name.replace("gpt-35", "gpt-3.5")  # Azure's names had no dots
    shorter = ""
    while shorter != name:
        shorter, name = name, _without_tail(name)
    tokens = _TOKEN.findall(name)
    if tokens[:2] == ["meta", "llama"]:
        del tokens[0]
    if len(tokens) > 2 and tokens[-1] == "0" and tokens[-2].isdigit():
        del tokens[-1]  # Claude Opus 4 is billed as 4-0 and as 4
    return tuple(tokens)


def _without_tail(name: str) -> str:
    for tail in _TAILS:
        name = tail.sub("", name)
    return name

"""The error tree: drawn as it is, and every member with what its reader needs."""

from __future__ import annotations

import inspect

import pytest

from equipoise import errors
from equipoise.errors import (
    BadReplyError,
    ConfigurationError,
    EngineError,
    EngineLibraryError,
    EquipoiseError,
    JournalError,
    NotFoundError,
    OverloadedError,
    Problem,
    ProviderError,
    RateLimitedError,
    RequestRefusedError,
    UnauthorisedError,
    UnpricedTargetError,
    UnreachableError,
    WeightsCorruptError,
    WeightsMissingError,
)

MEMBERS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
TREE = [kind for kind in MEMBERS if issubclass(kind, EquipoiseError)]


def drawn() -> dict[str, str]:
    """The parent of each error, as the indentation of the module's docstring has it."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        name = line.split()[0] if line.split() else ""
        if not line.startswith("  ") or not name.endswith("Error"):
            continue
        depth = len(line) - len(line.lstrip())
        above = [(indent, other) for indent, other in above if indent < depth]
        parents[name] = above[-1][1] if above else "Exception"
        above.append((depth, name))
    return parents


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert drawn() == {kind.__name__: kind.__base__.__name__ for kind in TREE if kind.__base__}


@pytest.mark.parametrize("kind", TREE)
def test_every_error_says_what_it_means_and_which_status_a_gateway_would_give(
    kind: type[EquipoiseError],
) -> None:
    assert kind.__doc__
    assert 400 <= kind.status <= 599
    assert kind.kind


@pytest.mark.parametrize(
    "kind", [EngineError, UnreachableError, RateLimitedError, OverloadedError, BadReplyError]
)
def test_what_may_succeed_later_is_retryable(kind: type[EquipoiseError]) -> None:
    assert kind.retryable


@pytest.mark.parametrize(
    "kind",
    [
        ConfigurationError,
        NotFoundError,
        UnpricedTargetError,
        WeightsMissingError,
        WeightsCorruptError,
        EngineLibraryError,
        ProviderError,
        UnauthorisedError,
        RequestRefusedError,
        JournalError,
    ],
)
def test_what_cannot_is_not(kind: type[EquipoiseError]) -> None:
    assert not kind.retryable


def test_an_error_carries_its_sentence_and_the_next_step() -> None:
    error = UnreachableError("no answer", hint="Start it.")

    assert (str(error), error.message, error.hint) == ("no answer", "no answer", "Start it.")


def test_a_rate_limit_carries_the_pause_that_was_asked_for() -> None:
    assert RateLimitedError("slow down", retry_after=2.5).retry_after == 2.5
    assert RateLimitedError("slow down").retry_after is None


@pytest.mark.parametrize(("count", "text"), [(1, "1 problem in"), (2, "2 problems in")])
def test_a_configuration_error_carries_every_problem_and_counts_them(count: int, text: str) -> None:
    problems = tuple(Problem("a.toml", line, "key", "is wrong") for line in range(count))
    error = ConfigurationError(problems)

    assert error.problems == problems
    assert str(error).startswith(text)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.toml", 3, "key", "is wrong", "Mend it."), "a.toml:3: key: is wrong. Mend it."),
        (Problem("a.toml", None, "", "cannot be read"), "a.toml: cannot be read."),
    ],
)
def test_a_problem_says_where_what_and_what_to_write(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_the_boundaries_are_named_as_files_of_the_package() -> None:
    assert all(name.endswith(".py") and not name.startswith("/") for name in errors.BOUNDARIES)

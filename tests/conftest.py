"""What all tests share: one way to skip what Debian has to bring, one Hypothesis profile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import NoReturn

import pytest
from hypothesis import settings

# The same examples on every machine and in every run: a red test is red for everybody.
settings.register_profile("equipoise", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("equipoise")

REQUIRED = "EQUIPOISE_REQUIRE_DEBIAN_PACKAGES"


@pytest.fixture(scope="session")
def absent() -> Callable[[str], NoReturn]:
    """Say that a part of the system is absent: skips, or fails where the checks demand it."""

    def say(reason: str) -> NoReturn:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{reason}, and {REQUIRED} is set", pytrace=False)
        pytest.skip(reason)

    return say


@pytest.fixture(scope="session")
def debian_program(absent: Callable[[str], NoReturn]) -> Callable[[str, str], str]:
    """The path of a program, given the Debian package that brings it."""

    def find(program: str, package: str) -> str:
        path = shutil.which(program)
        return path or absent(f"{program} is not installed: apt-get install {package}")

    return find

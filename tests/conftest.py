"""Shared fixtures: the repository and its built site."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.explored")  # so that what fails there shows its values

# How long an example takes says how busy the machine is, and nothing about the library.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

ROOT = Path(__file__).parent.parent


def build_book(root: Path = ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the build of ``make book`` in a repository; what it prints is in ``stdout``."""
    return subprocess.run(
        [sys.executable, "-m", "_ext.build"],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.fixture
def nothing_refused() -> Iterator[None]:
    """After the test the library refuses nothing any more."""
    yield
    _refuse_nothing()


@pytest.fixture(scope="module", autouse=True)
def nothing_refused_in_the_next_file() -> Iterator[None]:
    """What one file's answers were refused, another file's tests may use."""
    yield
    _refuse_nothing()


def _refuse_nothing() -> None:
    if refusal := sys.modules.get("ffnlib.checks.guard"):
        refusal.restore()


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def site() -> Path:
    """Folder of the built site, brought up to date (seconds, when it is)."""
    done = build_book()
    if done.returncode:
        pytest.fail(f"the book does not build:\n{done.stdout}", pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all tests of a process."""
    from browser.conftest import FLAGS
    from playwright.sync_api import sync_playwright

    from tools.chromium import installed

    path = installed()
    if not path:
        pytest.fail("no Chromium: run python -m tools.chromium (make test does)", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()

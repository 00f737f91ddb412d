"""Shared fixtures: the repository and its built site."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.explored")  # so that what fails there shows its values

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
def grading(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while nbgrader grades: the hidden cases are there."""
    monkeypatch.setenv("FFN_CASES", str(ROOT / "exercises" / "cases"))
    monkeypatch.setenv("FFN_SEED", "tests")


@pytest.fixture
def nothing_refused() -> Iterator[None]:
    """After the test the library refuses nothing any more."""
    from ffnlib.checks import refusal

    yield
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

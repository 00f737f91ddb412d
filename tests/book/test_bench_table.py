"""The table that ``make bench`` ends with."""

import platform
from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def test_a_figure_is_judged_by_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = import_module("interleave.table")
    notes = tmp_path / "notes"
    table.note("without a table to come", "1 ms")
    monkeypatch.setenv(table.NOTES, str(notes))
    for ratio in (2.5, 3.5):
        table.note("softmax", "1 ms", "SciPy", ratio, least=3)
    table.note("bytes", "20", ratio=20, most=10)
    _, _, missed, met, large = table.table(notes).splitlines()
    assert missed.split() == ["softmax", "1", "ms", "SciPy", "2.5", "≥", "3", "MISSED"]
    assert met.split() == ["softmax", "1", "ms", "SciPy", "3.5", "≥", "3", "met"]
    assert large.split() == ["bytes", "20", "20", "≤", "10", "MISSED"]


def test_an_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("interleave.__main__").main(["nothing"]) == 2
    known = ", ".join(sorted(file.stem for file in BENCHMARKS.glob("*.py")))
    assert f"no benchmark is called nothing; there are: {known}\n" in capsys.readouterr().out
    assert "decoder, elementwise" in known


def test_the_table_says_where_it_was_measured() -> None:
    said = import_module("interleave.table").machine()
    assert f"Python {platform.python_version()}, numpy {np.__version__}" in said
    assert date.today().isoformat() in said


def test_every_page_that_is_measured_has_an_explorer(site: Path) -> None:
    """The ledger of claims has none, and nothing to wait for."""
    chapters = import_module("page").chapters_of(site)
    assert len(chapters) > 5
    assert not [name for name in chapters if name.endswith("_claims")]

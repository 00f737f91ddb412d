"""The table that ``make bench`` ends with."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CALL = (
    "import sys; from interleave.table import note; note(*eval(sys.argv[1]), **eval(sys.argv[2]))"
)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "PYTHONPATH": str(ROOT / "benchmarks"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_figure_is_judged_by_its_bounds(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    for ratio in (2.5, 3.5):
        told = ("softmax", "1 ms", "SciPy", ratio)
        done = run("-c", CALL, repr(told), "{'least': 3}", FFN_BENCH_NOTES=str(notes))
        assert done.returncode == 0, done.stderr
    assert [json.loads(line)["ratio"] for line in notes.read_text().splitlines()] == [2.5, 3.5]
    show = f"from pathlib import Path; from interleave.table import table; print(table(Path({str(notes)!r})))"
    *_, missed, met = run("-c", show).stdout.splitlines()
    assert missed.split() == ["softmax", "1", "ms", "SciPy", "2.5", "≥", "3", "MISSED"]
    assert met.split()[-1] == "met"


def test_an_unknown_benchmark_is_named() -> None:
    done = run("-m", "interleave", "nothing")
    assert done.returncode == 2
    assert "no benchmark is called nothing; there are: decoder, elementwise" in done.stdout

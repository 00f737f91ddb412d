"""The notebooks of the exercises: what they need, and what nbgrader knows of them."""

import subprocess
import sys

import bank
import pytest

from ffnlib.checks.verdict import ASSIGNMENTS


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_notebooks_need_nothing_but_numpy(assignment):
    code = [
        bank.text_of(cell)
        for cell in bank.source_notebook(assignment)["cells"]
        if cell["cell_type"] == "code"
    ]
    script = "\n".join(
        [
            "import sys; before = set(sys.modules)",
            *code,
            "roots = {name.partition('.')[0] for name in set(sys.modules) - before}",
            "roots = {root for root in roots if 'cython' not in root}  # inside NumPy",
            "print('other:', roots - set(sys.stdlib_module_names) - {'numpy', 'ffnlib'})",
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=bank.EXERCISES.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "other: set()"


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_graded_cells_are_well_formed(assignment):
    cells = bank.graded_cells(assignment)
    for problem in ASSIGNMENTS[assignment]:
        written, test = cells[problem], cells[f"test_{problem}"]
        assert written["metadata"]["nbgrader"]["solution"] is True
        assert "### BEGIN SOLUTION" in bank.text_of(written)
        assert test["metadata"]["nbgrader"]["locked"] is True
        assert bank.visible_cases(assignment, problem)
        assert not (set(bank.text_of(test).split()) & {"HIDDEN", "TESTS"})
    numbers = [cell["id"] for cell in bank.source_notebook(assignment)["cells"]]
    assert len(set(numbers)) == len(numbers)

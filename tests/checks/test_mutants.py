"""Small changes of the notebooks' solutions do not pass: a tenth of what the tool tries."""

import sys

import bank
import pytest

sys.path.insert(0, str(bank.EXERCISES.parent / "tools"))

import mutate_answers


@pytest.mark.usefixtures("nothing_refused")
def test_a_tenth_of_the_mutants():
    said = []
    assert mutate_answers.main(["--every", "10", "--processes", "1"], said.append) == 0, said
    assert int(said[-1].split()[0]) > 400


@pytest.mark.usefixtures("nothing_refused")
def test_a_mutant_that_passes_is_told(monkeypatch):
    monkeypatch.setattr(mutate_answers, "listed", dict)
    said = []
    assert mutate_answers.main(["abs_network", "--processes", "1"], said.append) == 1
    assert said[1].splitlines() == [
        "  return ([1, -1], [0, 0], [1, 1], 0)",
        "    -> return ([-1, 1], [0, 0], [1, 1], 0)",
    ]


@pytest.mark.usefixtures("nothing_refused")
def test_a_listed_mutant_that_is_refused_is_told(monkeypatch):
    key = ("abs_network", "return ([1, -1], [0, 0], [1, 1], 0)", "return ([1, 1], [0, 0], [1], 0)")
    passing = (*key[:2], "return ([-1, 1], [0, 0], [1, 1], 0)")
    monkeypatch.setattr(mutate_answers, "listed", lambda: {key: "", passing: ""})
    said = []
    assert mutate_answers.main(["abs_network", "--processes", "1"], said.append) == 1
    assert "but refused or not made" in said[1]

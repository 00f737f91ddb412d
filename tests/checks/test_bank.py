"""`ffnlib.checks` on every answer of the bank."""

import re
import sys

import bank
import pytest
from bank import message

from ffnlib import checks
from ffnlib.checks import guard
from ffnlib.checks.verdict import ASSIGNMENTS

sys.path.insert(0, str(bank.EXERCISES.parent / "tools"))

import grade_bank

DISABLED = "is disabled in this notebook"
EVERY = [answer for assignment in bank.ASSIGNMENTS for answer in bank.answers(assignment)]
ANSWERS = [answer for answer in EVERY if answer.message != DISABLED]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.name)
def test_answer(answer, capfd):
    cases = bank.visible_cases(answer.assignment, answer.problem)
    function = bank.defined(answer)
    if answer.verdict == "right":
        checks.verify(answer.problem, function, cases, bank.HIDDEN)
        out, err = capfd.readouterr()
        assert err == ""
        assert out.startswith(f"{len(cases)} visible case")
    else:
        said = message(answer.problem, function, hidden=bank.HIDDEN)
        assert answer.message in said
        assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "answer", [answer for answer in EVERY if answer.message == DISABLED], ids=lambda a: a.name
)
def test_answer_from_the_library(answer):
    cases = bank.visible_cases(answer.assignment, answer.problem)
    with pytest.raises((ImportError, checks.CheckFailed), match=DISABLED):
        checks.verify(answer.problem, bank.defined(answer), cases)


VISIBLE_ONLY = ("xor_network", "abs_network")  # a constant result leaves nothing to hide
WRONG = [a for a in ANSWERS if a.verdict == "wrong" and a.problem not in VISIBLE_ONLY]


@pytest.mark.parametrize("answer", WRONG, ids=lambda a: a.name)
def test_hidden_failure_tells_no_case(answer):
    said = message(answer.problem, bank.defined(answer), [], bank.HIDDEN)
    assert "\n" not in said
    assert not re.search(r"\d\.\d|\[", said.replace("1.702", ""))


@pytest.mark.parametrize(("seed", "half"), [("2031", 0), ("autumn", 1)])
def test_verdicts_are_the_same_for_any_seed(seed, half):
    """Half of the answers for each seed; ``tools/grade_bank.py`` takes all, for thirty."""
    hidden = bank.HIDDEN._replace(seed=seed)
    quick = [answer for answer in ANSWERS if answer.problem not in grade_bank.SLOW]
    for answer in quick[half::2]:
        assert grade_bank.verdict(answer, hidden) == answer.verdict, answer.name


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_bank_is_complete(assignment):
    points = bank.points(assignment)
    assert list(points) == list(ASSIGNMENTS[assignment]) == list(guard.WRITTEN[assignment])
    found = bank.answers(assignment)
    for problem, worth in points.items():
        right = [a for a in found if (a.problem, a.verdict) == (problem, "right")]
        wrong = [a for a in found if (a.problem, a.verdict) == (problem, "wrong")]
        assert len(right) >= 4
        assert len(wrong) >= 6
        assert 2 <= worth <= 5
    assert {a.problem for a in found} == set(points)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", ":1: the file must begin with an answer"),
        ("", ":1: the file must begin with an answer"),
        ("# %% right: a\nx = 1\n# %% half: b\nx = 2\n", ":3: '# %% half: b' begins no answer"),
        ("# %% right: a | no message\nx = 1\n", "begins no answer"),
        ("# %% wrong: a\nx = 1\n", "begins no answer"),
        ("# %% right:\nx = 1\n", "begins no answer"),
        ("# %% right: a\n\n# %% right: b\nx = 1\n", ":1: '# %% right: a' has no code"),
        ("# %% right: a b\nx = 1\n# %% right: a b\nx = 2\n", ":3: .* is described like line 1"),
    ],
)
def test_file_that_is_no_bank_is_refused_with_its_line(tmp_path, text, said):
    file = tmp_path / "gelu.py"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said) as caught:
        bank.read_answers(file, 3)
    assert str(file) in str(caught.value)


def test_answers_keep_their_lines(tmp_path):
    file = tmp_path / "gelu.py"
    file.write_text("# %% right: a\nx = 1\n\n\n# %% wrong: b c | d | e\n\ny = 2\n", "utf-8")
    right, wrong = bank.read_answers(file, 3)
    assert (right.name, right.marks, right.message, right.source) == (
        "gelu_right_a",
        3,
        "",
        "x = 1\n",
    )
    assert (wrong.name, wrong.marks, wrong.message) == ("gelu_wrong_b_c", 0, "d | e")
    assert (wrong.line, wrong.source) == (5, "y = 2\n")

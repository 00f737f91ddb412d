"""The verdict on a problem: what is told, what is earned, case by case."""

from pathlib import Path

import bank
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import determine_grade

from ffngrade.grading.verdict import Question, Written, goes_on, outputs_of, question
from ffngrade.sandbox.session import Ran
from ffnlib.checks import kernel_side
from ffnlib.checks.codec import dumps, encode
from ffnlib.checks.formula import Formula
from ffnlib.checks.guard import Missing
from ffnlib.checks.problem import Case
from ffnlib.errors import ModuleDisabledError

POINTS = 3.0
TEST = bank.text_of(bank.graded_cells("softmax")["test_logsumexp"])


@pytest.fixture(scope="module")
def asked() -> Question:
    return question(TEST, bank.HIDDEN)


def right(case: Case) -> object:
    return {"returned": encode(case.expected)}


def wrong(_case: Case) -> object:
    return {"returned": encode(0.5)}


def stopped(_case: Case) -> object:
    return {"stopped": ["logsumexp stopped with ValueError", "no"]}


def ran(*lines: object, ended: str = "done", error: tuple[str, str] | None = None) -> Ran:
    outputs = []
    if error:
        outputs.append(new_output("error", ename=error[0], evalue=error[1], traceback=[]))
    return Ran(outputs, ended, tuple(map(dumps, lines)))


def shown(asked: Question, seen: Ran, unseen: Ran, points: float | None = None):
    """The message and the marks that nbgrader gives for what the test cell shows."""
    outputs = outputs_of(asked, seen, unseen, 30, points)
    known = {"grade": True, "solution": False, "points": POINTS, "grade_id": "x"}
    cell = NotebookNode(cell_type="code", outputs=outputs, metadata={"nbgrader": known})
    score, _ = determine_grade(NotebookNode(cell))
    errors = [output for output in outputs if output.output_type == "error"]
    return (errors[0].evalue if errors else ""), score


def answers(asked: Question, wrong_visible: int, wrong_hidden: int, how=wrong) -> tuple[Ran, Ran]:
    """All right but the last few of each sort."""
    pairs = ((asked.visible, wrong_visible), (asked.hidden, wrong_hidden))
    return tuple(
        ran(*(how(c) if i >= len(cases) - n else right(c) for i, c in enumerate(cases)))
        for cases, n in pairs
    )


def test_all_right(asked):
    told, score = shown(asked, *answers(asked, 0, 0), points=POINTS)
    assert (told, score) == ("", POINTS)


@pytest.mark.parametrize("how", [wrong, stopped])
@pytest.mark.parametrize(("visible", "hidden"), [(1, 0), (0, 1), (1, 2), (99, 99)])
def test_the_share_of_right_cases(asked, visible, hidden, how):
    cases = len(asked.visible) + len(asked.hidden)
    count = max(len(asked.visible) - visible, 0) + max(len(asked.hidden) - hidden, 0)
    runs = answers(asked, visible, hidden, how)
    told, score = shown(asked, *runs)
    assert told.splitlines()[-1] == f"{count} of {cases} cases are right"
    assert score == 0
    told, score = shown(asked, *runs, points=POINTS)
    assert score == pytest.approx(POINTS * count / cases, abs=0.01)
    assert score <= POINTS * count / cases
    marks = f", which earns {score:g} of 3 marks" if score else ""
    assert told.splitlines()[-1] == f"{count} of {cases} cases are right{marks}"


def test_a_wrong_answer_never_gets_all(asked):
    (seen, unseen) = answers(asked, 0, 1)
    outputs = outputs_of(asked, seen, unseen, 30, points=0.01)
    assert [output.output_type for output in outputs] == ["display_data", "error"]


def test_hidden_cases_stay_hidden(asked):
    secret = "z=[31415]"
    unseen = ran(*({"stopped": [secret, secret]} for _ in asked.hidden))
    told, _ = shown(asked, answers(asked, 0, 0)[0], unseen, POINTS)
    assert "hidden one" in told
    assert secret not in told


def test_a_dead_answer_gets_none_a_late_one_what_came_in_time(asked):
    few = [right(case) for case in asked.visible[:-1]]
    nothing = ran()
    told, score = shown(asked, ran(*few, ended="dead"), nothing, POINTS)
    assert "logsumexp ended the program that ran it, or used too much memory" in told
    assert score == 0
    for ended, words in (
        ("late", "logsumexp takes longer than 30 seconds"),
        ("deaf", "logsumexp takes longer than 30 seconds"),
        ("spent", "no time left for logsumexp: the whole notebook took too long"),
    ):
        told, score = shown(asked, ran(*few, ended=ended), nothing, POINTS)
        assert words in told
        assert 0 < score < POINTS


def test_answers_that_do_not_come_out_are_told_by_how_it_ended(asked):
    few = [right(case) for case in asked.visible[:-1]]
    told, _ = shown(asked, ran(*few), ran())
    assert "what logsumexp returns did not come out" in told
    assert "memory" not in told
    told, _ = shown(asked, ran(), ran())
    assert "did not come out" in told
    assert "not defined" not in told


def test_a_missing_name_is_undefined(asked):
    for seen in (
        ran({"missing": True}),
        ran(error=("NameError", "name 'logsumexp' is not defined")),
    ):
        told, score = shown(asked, seen, ran(), POINTS)
        assert told.startswith("logsumexp is not defined: run the cell")
        assert score == 0
    told, _ = shown(asked, ran(error=("NameError", "name 'np' is not defined")), ran())
    assert "not defined" not in told


@pytest.mark.parametrize(
    ("source", "error", "said"),
    [
        ("", ("", ""), "its cell is empty, or was deleted"),
        ("\n  # my answer\n", ("", ""), "its cell is empty, or was deleted"),
        ("def logsumexpp(z):\n    pass", ("", ""), "its cell defines logsumexpp instead"),
        ("lse = 3\ndef other(): ...", ("", ""), "its cell defines only lse, other"),
        ("print(1) == 2", ("", ""), "its cell does not define it"),
        ("x = 1 / 0", ("ZeroDivisionError", "by\n 0"), "stopped with ZeroDivisionError: by  0"),
        ("exit()", ("SystemExit", ""), "its cell stopped with SystemExit"),
        (
            "import math\ndef logsumexp(z:\n",
            ("SyntaxError", "'(' was never closed (3468.py, line 2)"),
            "line 2 of its cell is not Python ('(' was never closed): def logsumexp(z:",
        ),
        (
            "x",
            ("IndentationError", "expected (a) block (/tmp/x y.py, line 99)"),
            "line 99 of its cell is not Python (expected (a) block): ",
        ),
    ],
)
def test_why_there_is_no_function_is_told_by_its_cell(asked, source, error, said):
    outputs = outputs_of(asked, ran({"missing": True}), ran(), 30, None, Written(source, error))
    assert outputs[-1].evalue.splitlines()[0].endswith(said)
    assert outputs[-1].evalue.startswith("logsumexp is not defined: ")


def test_hidden_cases_are_worth_asking_only_after_all_visible_ones(asked):
    full, _ = answers(asked, 1, 1)
    assert goes_on(asked, full)
    assert not goes_on(asked, ran(right(asked.visible[0])))


class Wire:
    """A kernel's socket, over which an earlier question left a case behind."""

    def __init__(self, *cases: str) -> None:
        self.stdin_socket = self
        named = [(b"earlier", "[]"), *((b"this", case) for case in cases), (b"this", "")]
        self.left = [[b"who", name, b"word", case.encode()] for name, case in named]
        self.said: list[str] = []

    def recv_multipart(self):
        return self.left.pop(0)

    def send_multipart(self, parts):
        assert parts[:2] == [b"who", b"word"]
        assert len(self.said) + len(self.left) == len(CASES)  # one answer for each case
        self.said.append(parts[2].decode())


CASES = [dumps([encode([1.0]), encode(0)]), dumps([encode([2.0]), encode(1)])]


def test_the_kernel_says_what_became_of_each_case():
    def of_ffnlib(_z, _axis):
        raise ModuleDisabledError("ffnlib.nn")

    said = {}
    for function in (of_ffnlib, lambda z, axis: [*z, axis], Missing("logsumexp")):
        wire = Wire(*CASES)
        kernel_side.answer("logsumexp", function, "this", wire)
        said[len(said)] = wire.said
    assert "logsumexp stopped: ffnlib.nn is disabled in this notebook" in said[0][0]
    assert said[1] == [dumps({"returned": encode([x, i])}) for i, x in enumerate((1.0, 2.0))]
    assert said[2] == ['{"missing":true}'] * 2


def test_an_answer_too_large_to_be_read_is_wrong_alone(asked):
    told, score = shown(asked, ran(*[None, *map(right, asked.visible[1:])]), ran(), POINTS)
    assert "the result cannot be read" in told
    assert score > 0


def test_only_arguments_may_be_functions(asked):
    formula = Formula("sum(p**2)")
    assert kernel_side.argument(formula) == {"formula": "sum(p**2)"}
    assert encode(formula) == ["other", "Formula"]
    forged = [{"returned": {"formula": "p"}} for _ in asked.visible]
    told, score = shown(asked, ran(*forged), ran(), POINTS)
    assert "the result cannot be read" in told
    assert score == 0


def test_no_path_of_the_course_is_told(asked):
    told, _ = shown(asked, *answers(asked, 0, 2), points=POINTS)
    assert str(Path(__file__).parents[2]) not in told

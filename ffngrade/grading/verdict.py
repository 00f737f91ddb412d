"""The verdict on one problem, reached here from values that came out of the student's kernel."""

import ast
import json
import math
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_output

from ffngrade.grading import differences
from ffngrade.sandbox.session import Ran
from ffnlib.checks.case_inputs import training_digits
from ffnlib.checks.codec import decode, dumps, encode
from ffnlib.checks.execution import TOLD_BY_NAME, asks, not_written, stopped_with
from ffnlib.checks.hidden import HiddenCases
from ffnlib.checks.kernel_side import argument
from ffnlib.checks.problem import Case, Parts, Problem
from ffnlib.checks.verdict import Run, find_problem, read, shortfall, undefined
from ffnlib.errors import CodecError, FunctionStoppedError

LONGEST = 400
"""Characters of a sentence that comes out of the student's kernel."""

STOPPED = "the function stopped"

NO_ANSWER = {
    "late": "{name} takes longer than {seconds:.0f} seconds",
    "deaf": "{name} takes longer than {seconds:.0f} seconds",
    "spent": "there was no time left for {name}: the whole notebook took too long",
    "dead": "{name} ended the program that ran it, or used too much memory",
    "done": "what {name} returns did not come out: leave sys.stdout and the kernel as they are, "
    "and return arrays, lists or numbers of moderate size",
}
"""Why there is no answer to a case, by how its cell ended."""

VERDICT = "application/vnd.ffn-grade.verdict+json"
"""What is said of a problem that is not solved, for programs: no page shows it."""

SIZE = re.compile(r"(?<![\w,])\d[\d,]*")
"""A number that stands alone, as how many entries a result has."""

IN_A_CELL = re.compile(r"(?P<words>.*) \([^()]*, line (?P<line>\d{1,6})\)", re.DOTALL)
"""What a syntax error says."""

DEFINED = re.compile(r"(?:async +)?(?:def|class) +(\w+)|(\w+) *=[^=]")

CALL = "__import__('ffnlib.checks.kernel_side', fromlist=['answer']).answer({!r}, {}, {!r})"

GIVE = (
    "__import__('ffnlib.checks').checks.training_digits = "
    "__import__('ffnlib.checks.kernel_side', fromlist=['digits_given']).digits_given({!r}, {!r})"
)


class Question(NamedTuple):
    """What a test cell asks."""

    problem: Problem
    function: str
    """The expression by which the kernel knows the student's function."""
    visible: Sequence[Case]
    hidden: Sequence[Case]

    def call(self, name: str) -> str:
        """Source of a cell that answers the cases of the question of this name."""
        return CALL.format(self.problem.name, self.function, name)

    def described(self, case: Case) -> str:
        """Return the arguments of a case in JSON, as the cell gets them."""
        return dumps([argument(value) for value in self.problem.inputs(case).values()])

    def needs_digits(self) -> bool:
        """Return whether the function learns from the digits."""
        return "images" in self.problem.arguments.values()


def give_digits() -> str:
    """Source of a cell that gives the kernel the digits to learn from."""
    x, y = training_digits()
    return GIVE.format(dumps(encode((x * 16).round().astype("uint8"))), dumps(encode(y)))


def question(source: str, hidden: HiddenCases | None = None) -> Question:
    """Read a test cell, whose source comes from the gradebook, without running it.

    Parameters
    ----------
    source : str
    hidden : HiddenCases, optional
        The course's; none are asked without it.

    Raises
    ------
    ValueError
        If its last statement is not ``checks.verify(name, function, cases)`` with literal cases.
    """
    files = sorted(Path(hidden.folder).glob("*.py")) if hidden is not None else []
    return _question(source, hidden, tuple(path.stat().st_mtime_ns for path in files))


@lru_cache(64)
def _question(source: str, hidden: HiddenCases | None, _ages: tuple[int, ...]) -> Question:
    try:
        call = ast.parse(source).body[-1].value  # type: ignore[attr-defined]
        name, function, cases = call.args
        if ast.unparse(call.func) != "checks.verify":
            raise ValueError
        assignment, problem = find_problem(ast.literal_eval(name))
        visible = [Case(*case) for case in ast.literal_eval(cases)]
    except (AttributeError, IndexError, SyntaxError, TypeError, ValueError) as error:
        raise ValueError(
            "a test cell must end with checks.verify(name, function, cases), its cases literal; "
            f"this one ends otherwise:\n{source[:400]}"
        ) from error
    unseen = hidden.of(assignment, problem.name) if hidden is not None else []
    return Question(problem, ast.unparse(function), visible, unseen)


class Written(NamedTuple):
    """The cell in which a function is to be written."""

    source: str
    error: tuple[str, str] = ("", "")
    """The name and the words of the error with which it stopped; empty if it did not."""


class Verdict(NamedTuple):
    """What became of the cases of a problem."""

    message: str
    """Why not all of them are right; empty if they are."""
    right: int
    cases: int
    barred: bool = False
    """Whether nothing can be earned: no function, or one that ended the program."""
    mistake: str = ""
    """What is wrong, in the same words for everybody who made this mistake."""
    difference: str = ""
    """HTML: what was expected beside what came, for the first visible case that is wrong."""

    def earned(self, points: float) -> float:
        """Return the marks in proportion to the cases that are right, in hundredths; never all."""
        share = 0 if self.barred else min(self.right, self.cases - 1) / self.cases
        return math.floor(points * share * 100 + 1e-9) / 100


def outputs_of(
    asked: Question,
    shown: Ran,
    unseen: Ran,
    seconds: float,
    points: float | None = None,
    written: Written | None = None,
) -> list[NotebookNode]:
    """Return the outputs of the test cell: what passed, or one message that says what did not.

    Parameters
    ----------
    asked : Question
    shown : Ran
        What came of the visible cases, from a kernel that had not met a hidden one: the message may
        show anything of it.
    unseen : Ran
        What came of the hidden cases: only sentences of ours are told of it.
    seconds : float
        How long the function was given.
    points : float, optional
        What the cell is worth, if the cases that are right are to earn their share of it.
    written : Written, optional
        The cell in which the function is to be written, and how it ended.
    """
    verdict = judge(asked, shown, unseen, seconds, written)
    are = "cases are" if verdict.cases > 1 else "case is"
    counted = f"{verdict.right} of {verdict.cases} {are} right"
    if not verdict.message:
        return [new_output("stream", name="stdout", text=f"{counted}\n")]
    message = f"{verdict.message}\n{counted}"
    marks = []
    if points is not None and verdict.earned(points) > 0:
        earned = f"{verdict.earned(points):g}"
        message += f", which earns {earned} of {points:g} marks"
        # nbgrader takes a number that a cell shows before any error for its marks
        marks = [new_output("execute_result", data={"text/plain": earned})]
    lines = message.split("\n")
    known = {"right": verdict.right, "cases": verdict.cases, "mistake": verdict.mistake}
    marks.append(new_output("display_data", data={VERDICT: known, "text/plain": ""}))
    if verdict.difference:
        marks.append(new_output("display_data", data={"text/html": verdict.difference}))
    return [*marks, new_output("error", ename="CheckFailed", evalue=message, traceback=lines)]


def goes_on(asked: Question, shown: Ran) -> bool:
    """Return whether the hidden cases are worth asking.

    There are any, and all visible ones were met.
    """
    return bool(asked.hidden) and len(shown.answers) >= len(asked.visible)


def _read(answer: str) -> Any:
    """Return what a kernel answered; None if it is no JSON."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def judge(
    asked: Question, shown: Ran, unseen: Ran, seconds: float, written: Written | None = None
) -> Verdict:
    """Reach the verdict from what came out; see `outputs_of`."""
    problem = asked.problem
    cases = [*asked.visible, *asked.hidden]
    answers, hidden = (list(map(_read, ran.answers)) for ran in (shown, unseen))
    if (answers and _says(answers[0], "missing")) or (not answers and _no_name(asked, shown)):
        why = written and f"{problem.name} is not defined: {_absent(problem.name, written)}"
        words = why or undefined(problem.name)
        return Verdict(words, 0, len(cases), barred=True, mistake=words)
    came: dict[int, tuple[int, list[Any], Ran, Callable[[Any, Problem], object]]]
    came = {id(c): (i, answers, shown, _returned) for i, c in enumerate(asked.visible)}
    came |= {id(c): (i, hidden, unseen, _unseen) for i, c in enumerate(asked.hidden)}

    def run(case: Case) -> tuple[Parts, int]:
        i, among, ran, returned = came[id(case)]
        if i >= len(among):
            raise FunctionStoppedError(
                NO_ANSWER[ran.ended].format(name=problem.name, seconds=seconds)
            )
        value = returned(among[i], problem)
        try:
            return read(value, problem)
        except FunctionStoppedError as stop:
            if among is answers:
                raise
            raise FunctionStoppedError(SIZE.sub("…", stop.words)) from None

    found = shortfall(problem, run, asked.visible, asked.hidden)
    if found is None:
        return Verdict("", len(cases), len(cases))
    right = sum(_is_right(problem, run, case) for case in cases)
    dead = "dead" in (shown.ended, unseen.ended)
    difference = _difference(problem, run, asked.visible)
    return Verdict(found.message, right, len(cases), dead, found.mistake, difference)


def _difference(problem: Problem, run: Run, visible: Sequence[Case]) -> str:
    for number, case in enumerate(visible, 1):
        try:
            parts, width = run(case)
        except FunctionStoppedError:
            return ""
        if problem.judged(case, parts, width) is not None:
            return differences.table(problem, case, parts, f"Case {number} of {len(visible)}")
    return ""


def _is_right(problem: Problem, run: Run, case: Case) -> bool:
    try:
        return problem.judged(case, *run(case)) is None
    except FunctionStoppedError:
        return False


def _absent(name: str, written: Written) -> str:
    """Say why a cell has not left a function of this name."""
    kind, words = written.error
    lines = written.source.splitlines()
    if placed := IN_A_CELL.fullmatch(
        words[:LONGEST]
    ):  # a syntax error, in a file that nobody knows
        number = int(placed["line"])
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        return f"line {number} of its cell is not Python ({_line(placed['words'])}): {_line(line)}"
    if kind:
        return f"its cell stopped with {_line(f'{kind}: {words}' if words else kind)}"
    if not any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        return "its cell is empty, or was deleted"
    names = list(
        dict.fromkeys(found[1] or found[2] for line in lines if (found := DEFINED.match(line)))
    )
    if close := get_close_matches(name, names, 1):
        return f"its cell defines {close[0]} instead"
    if names:
        return f"its cell defines only {_line(', '.join(names))}"
    return "its cell does not define it"


def _says(answer: Any, word: str) -> bool:
    return isinstance(answer, dict) and bool(answer.get(word))


def _no_name(asked: Question, ran: Ran) -> bool:
    """Return whether nothing has the function's name, not even a placeholder."""
    missing = f"'{asked.function}'"
    return any(
        o.get("ename") == "NameError" and missing in str(o.get("evalue")) for o in ran.outputs
    )


def _returned(answer: Any, _problem: Problem) -> object:
    """The value in an answer, or `FunctionStoppedError`."""
    if not isinstance(answer, dict):
        raise FunctionStoppedError("the result cannot be read: return arrays, lists or numbers")
    if "stopped" in answer:
        words, detail = (_line(part) for part in (*_list(answer["stopped"]), "", "")[:2])
        raise FunctionStoppedError(words or STOPPED, detail)
    try:
        return decode(answer.get("returned"))
    except CodecError as fault:
        raise FunctionStoppedError(f"the result cannot be read: {_line(fault)}") from None


def _unseen(answer: Any, problem: Problem) -> object:
    """The value in an answer to a hidden case, without a word that the kernel chose."""
    if isinstance(answer, dict) and "stopped" in answer:
        words = next(iter(_list(answer["stopped"])), "")
        raise FunctionStoppedError(words if words in _sentences(problem.name) else STOPPED)
    try:
        return decode(_nameless(answer.get("returned")))
    except (AttributeError, CodecError, RecursionError):
        raise FunctionStoppedError(
            "the result cannot be read: return arrays, lists or numbers"
        ) from None


def _sentences(name: str) -> set[str]:
    """Return what `ffnlib.checks.execution` says of a function that stopped."""
    kinds = {*TOLD_BY_NAME, "an error of its own"}
    return {asks(name), not_written(name), *(stopped_with(name, kind) for kind in kinds)}


def _nameless(said: Any) -> Any:
    """Return what describes a value, with nothing in the place of the names of types."""
    if not isinstance(said, list) or not said:
        return said
    if said[0] == "list":
        return ["list", [_nameless(item) for item in _list(said[-1])]]
    return ["other", ""] if said[0] == "other" else said


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _line(value: Any) -> str:
    return "".join(c if c.isprintable() else " " for c in str(value))[:LONGEST]

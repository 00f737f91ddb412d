"""The course in ``exercises/`` graded by nbgrader's own commands, with a quarter of the bank.

Each submission holds one answer to each problem, so the bank makes a small class. The
assignments are graded side by side, each in its own copy of the course.
"""

import csv
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import bank
import pytest

from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel

ROOT = Path(__file__).parents[2]
HANDED_IN = "activations"  # goes through the exchange as well
UNSAFE = "--TrustedExecute.unsafe=True"  # only where there can be no sandbox

# Marks of every autograded cell of every submission, through nbgrader's own interface.
READ_MARKS = """
import json, sys, ffngrade.sandbox.startup
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db", "ffn") as book:
    marks = {
        submission.student_id: {
            grade.name: [grade.score, grade.max_score, grade.needs_manual_grade]
            for notebook in submission.notebooks for grade in notebook.grades
        }
        for submission in book.assignment_submissions(sys.argv[1])
    }
print(json.dumps(marks))
"""


@dataclass(frozen=True)
class Graded:
    """One assignment after grading."""

    course: Path
    students: Mapping[str, Mapping[str, bank.Answer]]
    marks: Mapping[str, Mapping[str, tuple[float, float, bool]]]

    def feedback(self, assignment: str, student: str) -> str:
        """Text of a student's feedback page."""
        page = self.course / "feedback" / student / assignment / f"{assignment}.html"
        return html.unescape(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")))


def environment(away: Path) -> dict[str, str]:
    """What a command needs to know, far from the user's own Jupyter settings."""
    away.mkdir(exist_ok=True)
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        # nbgrader calls alembic by name
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONWARNINGS": "ignore",
        "OPENBLAS_NUM_THREADS": "1",
        **{name: str(away / name) for name in ("JUPYTER_CONFIG_DIR", "IPYTHONDIR", "HOME")},
    }


def run(folder: Path, *command: str) -> str:
    """Run a Python module in a folder."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(folder.parent / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# nbgrader needs seconds to be imported, so one process imports it and forks for every command:
# it reads lines of JSON (arguments, folder, environment, file for the output) and says exit codes.
FORKS = """
import json, os, sys, ffngrade.sandbox.startup
from nbgrader.apps import NbGraderApp
import nbgrader.preprocessors, ffngrade.grading.execute
for line in sys.stdin:
    arguments, folder, names, file = json.loads(line)
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(names)
        for number in (1, 2):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
        sys.argv = ["nbgrader", *arguments]
        sys.exit(NbGraderApp.launch_instance())
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Commands:
    """nbgrader's commands, run one after another in a warm process."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "commands.log"
        self.process = subprocess.Popen(
            [sys.executable, "-c", FORKS],
            env=environment(folder / "home"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, course: Path, *command: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.log.write_text("")
        names = environment(course.parent / "home")
        print(json.dumps([command, str(course), names, str(self.log)]), file=self.process.stdin)
        self.process.stdin.flush()
        code = self.process.stdout.readline().strip()
        assert code == "0", f"nbgrader {' '.join(command)}: {code}\n{self.log.read_text()}"

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=600)
        self.process.stdout.close()


def copy_course(folder: Path) -> Path:
    course = folder / "course"
    ignored = shutil.ignore_patterns(
        "bank", "release", "submitted", "autograded", "feedback", "*.db"
    )
    shutil.copytree(bank.EXERCISES, course, ignore=ignored)
    return course


def filled_in(release: Path, answers: Mapping[str, bank.Answer]) -> str:
    """The release notebook with the answers in its solution cells."""
    submission = bank.notebook(release)
    for cell in submission["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell["source"] = answers[name].source
    return json.dumps(submission)


def taken(assignment: str) -> list[bank.Answer]:
    """Every fourth answer, or all if FFN_WHOLE_BANK is set; test_bank.py runs all, faster."""
    return bank.answers(assignment)[:: 1 if os.environ.get("FFN_WHOLE_BANK") else 4]


def make_class(course: Path, assignment: str) -> dict[str, dict[str, bank.Answer]]:
    """Fill ``submitted/``: one answer of each problem for each student, and two special ones."""
    release = course / "release" / assignment / f"{assignment}.ipynb"
    students: dict[str, dict[str, bank.Answer]] = {}
    for problem in bank.points(assignment):
        theirs = [a for a in taken(assignment) if a.problem == problem]
        for number, answer in enumerate(theirs):
            students.setdefault(f"student{number:02d}", {})[problem] = answer
    texts = {student: filled_in(release, answers) for student, answers in students.items()}
    texts["empty"] = release.read_text(encoding="utf-8")
    texts["solved"] = json.dumps(bank.source_notebook(assignment))
    for student, text in texts.items():
        folder = course / "submitted" / student / assignment
        folder.mkdir(parents=True)
        (folder / f"{assignment}.ipynb").write_text(text, encoding="utf-8")
    return students


def hand_in(nbgrader: Commands, course: Path, assignment: str) -> None:
    """Release, fetch, submit and collect one solved notebook, as a class on one machine does."""
    exchange = course.parent / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    desk = course.parent / "desk"
    desk.mkdir()
    shared = (f"--Exchange.root={exchange}", "--course=ffn")
    nbgrader(course, "release_assignment", assignment, *shared)
    nbgrader(desk, "fetch_assignment", assignment, *shared)
    shutil.copy(bank.EXERCISES / "source" / assignment / f"{assignment}.ipynb", desk / assignment)
    nbgrader(desk, "submit", assignment, *shared)
    nbgrader(course, "collect", assignment, *shared)


def grade(folder: Path, made: Path, assignment: str) -> Graded:
    folder.mkdir()
    course = folder / "course"
    shutil.copytree(made, course)
    nbgrader = Commands(folder)
    students = make_class(course, assignment)
    if assignment == HANDED_IN:
        hand_in(nbgrader, course, assignment)
    nbgrader(course, "autograde", assignment, *([UNSAFE] if sandbox.obstacle() else []))
    nbgrader(course, "generate_feedback", assignment)
    nbgrader(course, "export")
    nbgrader.close()
    return Graded(course, students, json.loads(run(course, "-c", READ_MARKS, assignment)))


def generate(folder: Path) -> Path:
    """The course with the release of every assignment."""
    course = copy_course(folder)
    nbgrader = Commands(folder)
    for name in bank.ASSIGNMENTS:
        nbgrader(course, "generate_assignment", name)
    nbgrader.close()
    return course


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grading")
    made = generate(folder)
    if not kernel.installed():
        kernel.install()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        runs = {name: pool.submit(grade, folder / name, made, name) for name in bank.ASSIGNMENTS}
        return {name: run.result() for name, run in runs.items()}


pytestmark = pytest.mark.slow
each_assignment = pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)


@each_assignment
def test_every_answer_earns_its_marks(graded, assignment):
    done, worth = graded[assignment], bank.points(assignment)
    seen = 0
    for student, answers in done.students.items():
        for problem in worth:
            score, max_score, manual = done.marks[student][f"test_{problem}"]
            due = answers[problem].marks if problem in answers else 0
            name = answers[problem].name if problem in answers else "blank"
            assert (score, max_score, manual) == (due, worth[problem], False), f"{student}: {name}"
            seen += problem in answers
    assert seen == len(taken(assignment))


@each_assignment
def test_feedback_names_the_mistake(graded, assignment):
    done = graded[assignment]
    for student, answers in done.students.items():
        lines = done.feedback(assignment, student).splitlines()
        for answer in answers.values():
            told = [
                line
                for line in lines
                if answer.message in line and line.strip().startswith(answer.problem)
            ]
            assert (answer.verdict == "wrong") == bool(answer.message and told), answer.name


@each_assignment
def test_solved_earns_all_and_empty_nothing(graded, assignment):
    marks = graded[assignment].marks
    worth = bank.points(assignment)
    for problem, points in worth.items():
        assert marks["solved"][f"test_{problem}"][0] == points
        assert marks["empty"][f"test_{problem}"][0] == 0
    assert sum(score for score, _, _ in marks["empty"].values()) == 0
    assert not any(manual for _, _, manual in marks["empty"].values())
    by_hand = {name for name, (_, _, manual) in marks["solved"].items() if manual}
    assert by_hand == bank.by_hand(assignment)


@each_assignment
def test_export_agrees(graded, assignment):
    done = graded[assignment]
    with (done.course / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == assignment]
    assert {row["student_id"] for row in rows} == set(done.marks)
    for row in rows:
        theirs = done.marks[row["student_id"]].values()
        assert float(row["score"]) == sum(score for score, _, _ in theirs)
        assert float(row["max_score"]) == sum(max_score for _, max_score, _ in theirs)


def test_a_collected_submission_is_graded_too(graded):
    done = graded[HANDED_IN]
    ours = {"empty", "solved", *done.students}
    collected = set(done.marks) - ours
    assert len(collected) == 1
    assert done.marks[collected.pop()] == done.marks["solved"]


def between(text: str, start: str, end: str) -> list[str]:
    """Lines between two markers, everywhere in a text."""
    found: list[str] = []
    for part in text.split(start)[1:]:
        found += part.split(end)[0].splitlines()
    return [line.strip() for line in found if len(line.strip()) > 12]


@each_assignment
def test_release_keeps_the_secrets(graded, assignment):
    course = graded[assignment].course
    release = bank.notebook(course / "release" / assignment / f"{assignment}.ipynb")
    text = "\n".join(bank.text_of(cell) for cell in release["cells"])
    source = "\n".join(bank.text_of(cell) for cell in bank.source_notebook(assignment)["cells"])
    secret = between(source, "BEGIN SOLUTION", "END SOLUTION")
    assert len(secret) > 10
    cases = (bank.EXERCISES / "cases" / f"{assignment}.py").read_text(encoding="utf-8")
    secret += [line.strip() for line in cases.splitlines() if len(line.strip()) > 20]
    # cells that are there to be read: a repaired function keeps lines of the broken one
    given = "\n".join(
        bank.text_of(cell)
        for cell in bank.graded_cells(assignment).values()
        if not (cell["metadata"]["nbgrader"]["solution"] or cell["metadata"]["nbgrader"]["grade"])
    )
    for line in secret:
        assert line == "from itertools import pairwise" or line in given or line not in text, line
    for word in ("SOLUTION", "HIDDEN", "Rubric", "Model answer", "TrustedExecute"):
        assert word not in text
    assert all(not cell.get("outputs") for cell in release["cells"])
    written = [c for c in release["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    assert all("YOUR" in bank.text_of(cell) for cell in written)


@each_assignment
def test_feedback_keeps_the_secrets(graded, assignment):
    done = graded[assignment]
    for student in done.marks:
        text = done.feedback(assignment, student)
        assert str(done.course) not in text
        assert "Traceback (most recent" not in text
        assert "CASES" not in text

"""Marks as other programs read them, and what is told where there are none."""

import csv
import io
import json
import os
import shutil
from datetime import UTC, datetime, timedelta

import handed_out
import pytest

from ffngrade.cli import main as cli
from ffngrade.core.course import Course
from ffngrade.core.job import GradeResult, Job
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.intake.collect import collect
from ffngrade.reports import grades

NAME = "neurons"
LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"
SOLVED = json.dumps(handed_out.solved(NAME))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    course = handed_out.make_course(tmp_path_factory.mktemp("course"), NAME)
    with (course.folder / "nbgrader_config.py").open("a") as file:
        file.write(LATE)
    return course.folder


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def writer(course):
    one = Writer(course, patience=5)
    yield one
    one.close()


def hand_in(
    course, student: str, text: str = SOLVED, timestamp: str = "2026-03-01 10:00:00"
) -> None:
    folder = course.folder / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(text)
    (folder / "timestamp.txt").write_text(f"{timestamp} UTC")


def by_hand(course) -> list[str]:
    with course.gradebook() as book:
        cells = book.find_notebook(NAME, NAME).solution_cells
        graded = {cell.name for cell in book.find_notebook(NAME, NAME).grade_cells}
        return [cell.name for cell in cells if cell.name in graded]


class Judge:
    """Stands for the workers: the same automatic score for every test of a student's."""

    def __init__(self, course, **scores: float) -> None:
        self.course, self.scores = course, scores

    def run(self, _agreed, jobs):
        with self.course.gradebook() as book:
            cells = {
                cell.name: cell.max_score for cell in book.find_notebook(NAME, NAME).grade_cells
            }
        manual = by_hand(self.course)
        for job in jobs:
            share = self.scores.get(job.student, 1.0)
            scores = {n: None if n in manual else m * share for n, m in cells.items()}
            yield GradeResult(
                job.student, job.texts, {NAME: scores}, {NAME: {}}, attempt=job.attempt
            )

    def close(self):
        pass


def graded(course, writer, **scores: float) -> None:
    grading.autograde(course, NAME, Judge(course, **scores), writer)


def mark(course, student: str, score: float) -> str:
    """As a person does in formgrader."""
    (name,) = by_hand(course)[:1]
    with course.gradebook() as book:
        for other in by_hand(course):
            grade = book.find_grade(other, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = score if other == name else 0, False
        book.db.commit()
    return name


def ffn_grade(course, command: str, *arguments: str) -> int:
    words = [command, "--course", str(course.folder), *arguments]
    return cli.main(words if command == "export" else [*words[:1], NAME, *words[1:]])


def exported(course) -> dict[str, dict[str, str]]:
    assert ffn_grade(course, "export", "--to", str(course.folder / "out.csv")) in (0, 3)
    text = (course.folder / "out.csv").read_text("utf-8")
    return {line["student_id"]: line for line in csv.DictReader(io.StringIO(text))}


def due(course, timestamp: str) -> None:
    with course.gradebook() as book:
        book.update_or_create_assignment(NAME, duedate=timestamp)


def test_what_is_taken_off_follows_marks_by_hand(course, writer, capsys):
    due(course, "2026-02-01 00:00:00 UTC")
    for name in ("ann", "ben"):
        hand_in(course, name)
    graded(course, writer)
    assert exported(course)["ann"]["score"] == "0.0"
    mark(course, "ann", 2)
    assert exported(course)["ann"]["score"] == "0.0"  # and not the two marks that came later
    assert ffn_grade(course, "report") == cli.DONE
    assert "0 of 20" in capsys.readouterr().out
    due(course, "2026-04-01 00:00:00 UTC")
    assert float(exported(course)["ann"]["score"]) > 2
    assert exported(course)["ann"]["late_submission_penalty"] == "0.0"
    changes, failed = grading.regrade(course, NAME, Judge(course), writer)
    assert (changes, failed) == ([], {})


def test_a_marked_proof_stays_marked_until_it_is_changed(course, writer):
    hand_in(course, "ann")
    graded(course, writer)
    name = mark(course, "ann", 2)

    def waits() -> bool:
        with course.gradebook() as book:
            return bool(book.find_grade(name, NAME, NAME, "ann").needs_manual_grade)

    grading.regrade(course, NAME, Judge(course, ann=0.5), writer, write=True)
    assert not waits()
    grading.autograde(course, NAME, Judge(course), writer, force=True)
    assert not waits()
    changed = handed_out.solved(NAME)
    handed_out.cell_of(changed, name).source = "Something else."
    hand_in(course, "ann", json.dumps(changed))
    graded(course, writer)
    assert waits()


def test_where_there_are_no_marks_the_cell_is_empty_and_the_reason_is_told(course, writer):
    for name in ("ann", "ben", "cleo", "=1+1", "o'brien", "a,b"):
        hand_in(course, name)
    hand_in(course, "dora", "no notebook")
    with course.gradebook() as book:
        book.update_or_create_student("eve", last_name="@SUM(A1)", email="eve@example.org")
    before = exported(course)
    assert {line["score"] for line in before.values()} == {""}
    assert before["ann"]["reason"] == "not graded yet"
    assert before["eve"]["reason"] == "nothing handed in"
    graded(course, writer)
    with Journal.of(course) as record:
        record.failed(NAME, "cleo", "the kernel did not start")
    found = exported(course)
    assert float(found["ann"]["score"]) > 0
    assert found["ann"]["reason"].endswith("to be marked by hand")
    for name, reason in (("cleo", "failed: the kernel did not start"), ("dora", "set aside: ")):
        assert found[name]["score"] == found[name]["raw_score"] == ""
        assert found[name]["reason"].startswith(reason)
    assert float(found["'=1+1"]["score"]) > 0
    assert float(found["o'brien"]["score"]) == float(found["a,b"]["score"]) > 0
    assert found["eve"]["last_name"] == "'@SUM(A1)"
    assert found["eve"]["score"] == ""
    due(course, (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S UTC"))
    assert exported(course)["eve"]["score"] == ""
    due(course, "2026-04-01 00:00:00 UTC")
    assert exported(course)["eve"]["score"] == "0.0"
    assert exported(course)["eve"]["reason"] == "nothing handed in"


def test_an_assignment_that_was_not_given_has_no_marks(course):
    with course.gradebook() as book:
        book.update_or_create_student("ann")
    assert exported(course)["ann"]["score"] == ""
    assert exported(course)["ann"]["reason"] == "not given yet"


def test_a_name_that_is_no_student_s_makes_none(course, capsys):
    hand_in(course, "ann")
    hand_in(course, "ben")
    for command in ("autograde", "feedback"):
        assert ffn_grade(course, command, "--student", "anm", "--jobs", "1") == cli.NOT_DONE
        assert "did you mean ann?" in capsys.readouterr().err
    assert ffn_grade(course, "export", "--to", str(course.folder / "no" / "x.csv")) == cli.NOT_DONE
    assert "x.csv" in capsys.readouterr().err
    assert ffn_grade(course, "export", "--assignment", "poetry") == cli.NOT_DONE
    assert "got 'poetry'" in capsys.readouterr().err
    with Journal.of(course) as record:
        assert record.entries(NAME) == []
        record.take(NAME, collect(course, NAME, ["ann"]))
    ffn_grade(course, "report")
    said = capsys.readouterr().out
    assert "nothing handed in" not in said
    assert "2 not graded yet" in said


def test_one_submission_that_cannot_be_written_ends_no_run(course, writer, monkeypatch):
    for name in ("ann", "ben", "cleo"):
        hand_in(course, name)
    write = Writer._write

    def stops(self, assignment, one, *rest):
        if one.student == "ben":
            raise ValueError("cannot be written: \ud800")
        return write(self, assignment, one, *rest)

    monkeypatch.setattr(Writer, "_write", stops)
    entries = {e.student: e for e in grading.autograde(course, NAME, Judge(course), writer)}
    assert {name: e.state for name, e in entries.items()} == {
        "ann": "graded", "ben": "failed", "cleo": "graded"
    }  # fmt: skip
    assert entries["ben"].why == "ValueError: cannot be written: ?"
    monkeypatch.undo()
    graded(course, writer)
    with Journal.of(course) as record:
        assert record.entry(NAME, "ben").state == "graded"


@pytest.mark.parametrize("file", ["gradebook.db", ".ffn-grade/record.db"])
def test_a_file_that_is_no_database_is_told(course, file, capsys):
    path = course.folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"what somebody copied over it" * 1000)
    for command in ("report", "export"):
        assert ffn_grade(course, command) == cli.NOT_DONE
        assert "cannot be read" in capsys.readouterr().err


def test_whoever_reads_the_report_may_stop(course, monkeypatch):
    hand_in(course, "ann")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        monkeypatch.setattr("sys.stdout", nobody)
        assert ffn_grade(course, "report") == cli.DONE


def test_which_attempt_counts_is_told(course, writer):
    hand_in(course, "ann")
    folder = course.folder / "submitted-attempts" / "ann" / NAME / "first"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(SOLVED.replace("return", "return 1 *"))

    class Best(Judge):
        def run(self, agreed, jobs):
            for one in super().run(agreed, list(jobs)):
                if one.attempt != "first":
                    zeros = {n: None if s is None else 0.0 for n, s in one.scores[NAME].items()}
                    one = one._replace(scores={NAME: zeros})
                yield one

    grading.autograde(course, NAME, Best(course), writer, best=True)
    assert exported(course)["ann"]["attempt"] == "first"
    with Journal.of(course) as record:
        assert record.entry(NAME, "ann").attempt == "first"


def test_cells_that_look_like_formulas_do_not_begin_like_one():
    assert [grades.cell(v) for v in ("=1+1", "-x", "+1", "@a", "a=1", -1.0, None)] == [
        "'=1+1", "'-x", "'+1", "'@a", "a=1", "-1.0", ""
    ]  # fmt: skip
    assert Job("ann", {}).key == ("ann", "")

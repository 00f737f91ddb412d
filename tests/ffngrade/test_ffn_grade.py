"""``ffn-grade`` on a small class: the marks of nbgrader's own run, whatever is killed meanwhile."""

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import bank
import nbformat
import pytest
import servers
import test_grading as plain
from nbgrader.api import Gradebook
from test_prefork import processes

from ffngrade.cli import main as cli
from ffngrade.core.course import Course
from ffngrade.core.errors import GradebookUnavailableError
from ffngrade.core.fence import KILLED
from ffngrade.core.job import Job, terms
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.grading.pool import Processes
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel, prefork

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(sandbox.obstacle()), reason=f"no sandbox: {sandbox.obstacle()}"),
]
NAME = "neurons"
STUDENTS = 6
LATE = "c.LateSubmissionPlugin.penalty_method = 'zero'\n"


@pytest.fixture(scope="module", autouse=True)
def _ended():
    if not kernel.installed():
        kernel.install()
    yield
    prefork.close()


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """nbgrader's own commands, imported once."""
    commands = plain.Commands(tmp_path_factory.mktemp("nbgrader"))
    yield commands
    commands.close()


def set_due(url: str) -> None:
    with Gradebook(url, "ffn") as book:
        book.update_or_create_assignment(NAME, duedate="2026-03-01 12:00:00 UTC")


@pytest.fixture(scope="module")
def made(tmp_path_factory, nbgrader) -> Path:
    """A course with submissions: right, wrong and late ones; nothing is graded."""
    folder = tmp_path_factory.mktemp("made")
    course = plain.copy_course(folder)
    for other in (course / "source").iterdir():
        if other.name != NAME:
            shutil.rmtree(other)
    with (course / "nbgrader_config.py").open("a") as file:
        file.write(LATE)
    nbgrader(course, "generate_assignment", NAME)
    set_due(f"sqlite:///{course}/gradebook.db")
    release = course / "release" / NAME / f"{NAME}.ipynb"
    for i in range(STUDENTS):
        folder = course / "submitted" / f"student{i}" / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(plain.filled_in(release, answers(i)), "utf-8")
        day = 2 if i == 1 else 1
        (folder / "timestamp.txt").write_text(f"2026-03-0{day} 10:00:00 UTC")
    return course


def answers(i: int) -> dict[str, bank.Answer]:
    """The first student's are all right; the others' vary."""
    by_problem: dict[str, bank.Answer] = {}
    for problem in bank.points(NAME):
        theirs = [a for a in bank.answers(NAME) if a.problem == problem]
        right = next(a for a in theirs if a.verdict == "right")
        by_problem[problem] = right if i == 0 else theirs[i % len(theirs)]
    return by_problem


@pytest.fixture
def course(made, tmp_path) -> Path:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "course")
    return tmp_path / "course"


def ffn_grade(course: Path, command: str, *arguments: str) -> int:
    words = [command, "--course", str(course), "--quiet", *arguments]
    return cli.main(words if command == "export" else [*words[:1], NAME, *words[1:]])


def exported(course: Path, *arguments: str) -> bytes:
    """The columns that nbgrader's export has."""
    assert ffn_grade(course, "export", "--to", str(course / "ours.csv"), *arguments) == cli.DONE
    lines = csv.reader((course / "ours.csv").read_text("utf-8").splitlines())
    return "".join(f"{','.join(line[:-2])}\n" for line in lines).encode()


@pytest.fixture(scope="module")
def expected(made, tmp_path_factory, nbgrader) -> bytes:
    """The export after nbgrader's own run, one student after the other."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(made, folder / "course")
    nbgrader(folder / "course", "autograde", NAME)
    nbgrader(folder / "course", "export")
    return (folder / "course" / "grades.csv").read_bytes()


def seen(monkeypatch) -> list[str]:
    """Students whose marks are written from now on."""
    written: list[str] = []
    write = Writer.write

    def noted(self, assignment, one, *rest):
        written.append(one.student)
        return write(self, assignment, one, *rest)

    monkeypatch.setattr(Writer, "write", noted)
    return written


def test_the_export_is_the_sequential_one_and_nothing_is_graded_twice(
    course, expected, monkeypatch, capsys
):
    written = seen(monkeypatch)
    assert ffn_grade(course, "autograde", "--jobs", "2") == cli.DONE
    assert exported(course) == expected
    assert b",0.0," in expected.split(b"student1", 1)[1].split(b"\n")[0]  # it came too late
    assert sorted(written) == [f"student{i}" for i in range(STUDENTS)]
    graded = nbformat.read(course / "autograded" / "student0" / NAME / f"{NAME}.ipynb", 4)
    told = str([cell.get("outputs") for cell in graded.cells])
    assert re.search(r"(\d+) of \1 cases are right", told)
    written.clear()
    assert ffn_grade(course, "autograde") == cli.DONE
    assert written == []
    changed = course / "submitted" / "student3" / NAME / f"{NAME}.ipynb"
    changed.write_text((course / "submitted" / "student0" / NAME / f"{NAME}.ipynb").read_text())
    assert ffn_grade(course, "autograde") == cli.DONE
    assert written == ["student3"]
    assert ffn_grade(course, "autograde", "--force", "--student", "student2") == cli.DONE
    assert written == ["student3", "student2"]
    assert ffn_grade(course, "feedback", "--jobs", "2") == cli.DONE
    pages = list((course / "feedback").glob(f"*/{NAME}/{NAME}.html"))
    assert len(pages) == STUDENTS
    assert ffn_grade(course, "report") == cli.DONE
    assert "student5" in capsys.readouterr().out


def killing(made, _count):
    """Kill a worker once, when the second submission is done."""
    for number, one in enumerate(made):
        if number == 1:
            for pid in killing.pool.fence.executor._processes:
                os.kill(pid, signal.SIGKILL)
                break
        yield one


def test_a_worker_that_is_killed_costs_nothing(course, expected, monkeypatch):
    written = seen(monkeypatch)
    opened, pool = Course(course), Processes(2)
    killing.pool = pool
    writer = Writer(opened)
    entries = grading.autograde(opened, NAME, pool, writer, progress=killing)
    pool.close()
    writer.close()
    assert {entry.state for entry in entries} == {"graded"}
    assert sorted(written) == [f"student{i}" for i in range(STUDENTS)]
    assert exported(course) == expected


def test_a_run_that_was_killed_goes_on_and_leaves_no_process(course, expected, monkeypatch):
    words = ["autograde", NAME, "--course", str(course), "--jobs", "1"]
    away = plain.environment(course.parent / "home")
    run = subprocess.Popen([sys.executable, "-m", "ffngrade", *words], env=away)
    while sum(score is not None for score in marks(course).values()) < 2:
        assert run.poll() is None
        time.sleep(0.05)
    below = processes(run.pid)
    assert len(below) > 3
    run.kill()
    run.wait()
    until = time.monotonic() + 300
    while below & processes():
        assert time.monotonic() < until
        time.sleep(0.05)
    before = {student for student, score in marks(course).items() if score is not None}
    assert len(before) < STUDENTS
    written = seen(monkeypatch)
    assert ffn_grade(course, "autograde", "--jobs", "1") == cli.DONE
    assert {f"student{i}" for i in range(STUDENTS)} - before == set(written)
    assert exported(course) == expected


def test_what_kills_every_worker_is_given_up(course):
    opened = Course(course)
    agreed = terms(opened, NAME)
    text = (course / "submitted" / "student0" / NAME / f"{NAME}.ipynb").read_text()
    deadly = agreed._replace(config=Deadly(agreed.config))
    pool = Processes(1)
    made = list(pool.run(deadly, [Job("student0", {NAME: text})]))
    pool.close()
    assert [(one.student, one.why) for one in made] == [("student0", KILLED)]


class Deadly(dict):
    """A configuration that ends the process which uses it."""

    def __reduce__(self):
        return (_end, ())


def _end() -> None:
    os._exit(9)


def test_regrading_tells_before_it_writes(course, expected, capsys):
    assert ffn_grade(course, "autograde") == cli.DONE
    capsys.readouterr()
    assert ffn_grade(course, "regrade") == cli.DONE
    assert "0 changes" in capsys.readouterr().out
    cases = course / "cases" / f"{NAME}.py"
    text = cases.read_text(encoding="utf-8")
    problem = next(iter(bank.points(NAME)))
    cases.write_text(text + broken(problem), "utf-8")
    assert ffn_grade(course, "regrade") == cli.DONE
    told = capsys.readouterr().out
    assert "student0: 16 → " in told
    assert f"({problem} " in told
    assert "nothing is written" in told
    assert exported(course) == expected
    assert ffn_grade(course, "regrade", "--write") == cli.DONE
    changed = exported(course)
    assert changed != expected
    cases.write_text(text, "utf-8")
    assert ffn_grade(course, "regrade", "--write") == cli.DONE
    assert exported(course) == expected


def broken(problem: str) -> str:
    """A mistake in a problem's hidden cases: each expects what another does."""
    return (
        f"\n_before = CASES[{problem!r}]\n"
        "def _mistaken(rng):\n"
        "    found = list(_before(rng))\n"
        "    return [(a, e) for (a, _), (_, e) in zip(found, found[1:] + found[:1])]\n"
        f"CASES[{problem!r}] = _mistaken\n"
    )


def test_the_best_attempt_or_the_last(course, capsys):
    best = (course / "submitted" / "student0" / NAME / f"{NAME}.ipynb").read_text()
    for name, text in (("1", best), ("2", best.replace("return", "return 0 *"))):
        folder = course / "submitted-attempts" / "student5" / NAME / name
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(text)
        (folder / "timestamp.txt").write_text("2026-02-01 10:00:00 UTC")
    only = ("--student", "student5", "--jobs", "1")
    assert ffn_grade(course, "autograde", *only) == cli.DONE
    last = marks(course)["student5"]
    assert ffn_grade(course, "autograde", "--attempts", "best", *only) == cli.DONE
    assert marks(course)["student5"] > last
    assert marks(course)["student5"] == sum(bank.points(NAME).values())
    capsys.readouterr()
    assert ffn_grade(course, "regrade", "--jobs", "1") == cli.DONE  # the best still counts
    assert "0 changes" in capsys.readouterr().out
    assert ffn_grade(course, "autograde", *only) == cli.DONE
    assert marks(course)["student5"] > last
    assert ffn_grade(course, "autograde", "--attempts", "last", *only) == cli.DONE
    assert marks(course)["student5"] == last


def marks(course: Path) -> dict[str, float | None]:
    with Journal.of(Course(course)) as record:
        return {entry.student: entry.score for entry in record.entries(NAME)}


def test_the_gradebook_in_postgresql_may_stop(course, expected, nbgrader, monkeypatch):
    folder = Path("/tmp") / f"ffn-pg-{os.getpid()}"
    folder.mkdir()
    folder.chmod(0o755)
    try:
        with servers.postgresql(folder / "db") as server:
            (course / "gradebook.db").unlink()
            nbgrader(course, "generate_assignment", NAME, "--force", "--db", server.url)
            set_due(server.url)
            written = seen(monkeypatch)
            opened, pool = Course(course, server.url), Processes(2)
            said: list[str] = []
            writer = Writer(opened, patience=60, say=said.append)

            def stopping(made, _count):
                for number, one in enumerate(made):
                    if number == 2:
                        server.stop()
                        threading.Timer(1.5, server.start).start()
                    yield one

            entries = grading.autograde(opened, NAME, pool, writer, progress=stopping)
            pool.close()
            writer.close()
            assert {entry.state for entry in entries} == {"graded"}
            assert any("cannot be reached" in sentence for sentence in said)
            assert sorted(written) == [f"student{i}" for i in range(STUDENTS)]
            # of equal names a server gives no order
            ours = exported(course, "--db", server.url)
            assert sorted(ours.splitlines()) == sorted(expected.splitlines())
            impatient = Writer(opened, patience=0.1, say=said.append)
            server.stop()
            with pytest.raises(GradebookUnavailableError, match="run the command again"):
                impatient.automatic(NAME, "student0")
            server.start()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_on_a_cluster_of_two_workers_one_of_which_is_lost(course, expected):
    from ffngrade.grading.cluster import Cluster

    names = {"PYTHONPATH": str(plain.ROOT)}
    with servers.dask(2, names) as (address, workers):
        opened = Course(course)
        pool = Cluster(address, timeout=600)
        pool._client.wait_for_workers(2, timeout=600)
        writer = Writer(opened)

        def losing(made, _count):
            for number, one in enumerate(made):
                if number == 1:
                    workers[0].kill()
                yield one

        entries = grading.autograde(opened, NAME, pool, writer, progress=losing)
        pool.close()
        writer.close()
        assert {entry.state for entry in entries} == {"graded"}
        assert exported(course) == expected
        assert ffn_grade(course, "autograde", "--scheduler", address) == cli.DONE


def test_what_is_told_when_nothing_can_be_done(tmp_path, course, capsys, monkeypatch):
    assert cli.main(["autograde", NAME, "--course", str(tmp_path / "none")]) == cli.NOT_DONE
    assert "nbgrader_config.py" in capsys.readouterr().err
    assert cli.main(["autograde", "poetry", "--course", str(course)]) == cli.NOT_DONE
    assert "generate_assignment poetry" in capsys.readouterr().err
    with Journal.of(Course(course)) as record, record.alone():
        assert ffn_grade(course, "autograde") == cli.AWAY
    assert "another run" in capsys.readouterr().err
    monkeypatch.setattr(sandbox, "obstacle", lambda: "there is none here")
    assert ffn_grade(course, "autograde") == cli.NOT_DONE
    assert "there is none here" in capsys.readouterr().err
    alone = ("--student", "student0", "--jobs", "1")
    assert ffn_grade(course, "autograde", *alone, "--unsafe") == cli.DONE
    assert "1 graded" in capsys.readouterr().out
    for words in (["autograde"], ["autograde", NAME, "--jobs", "0"], ["grade", NAME], []):
        with pytest.raises(SystemExit) as ended:
            cli.main(words)
        assert ended.value.code == cli.MISUSED
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "ffn-grade autograde neurons --scheduler" in told
    assert "exit codes" in told

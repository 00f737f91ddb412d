"""Grading: throughput beside nbgrader's own command in one run, feedback, memory, a large class.

The class is made of the bank of right and wrong answers to one assignment. Batches of students are
graded in turns by ``nbgrader autograde`` as nbgrader comes (its own executor, no sandbox), by
``nbgrader autograde`` with this course's configuration, and by ``ffn-grade``, so that whatever else
the machine does meanwhile is shared by all of them.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bank  # noqa: E402
import psutil  # noqa: E402
import servers  # noqa: E402
import test_grading as plain  # noqa: E402
from interleave.table import note  # noqa: E402

from ffngrade.cli import main as cli  # noqa: E402
from ffngrade.core.course import Course  # noqa: E402
from ffngrade.gradebook.score_summary import standings  # noqa: E402
from ffngrade.gradebook.writer import Writer  # noqa: E402
from ffngrade.grading import assignment as grading  # noqa: E402
from ffngrade.grading.pool import Processes  # noqa: E402
from ffngrade.sandbox import (  # noqa: E402
    kernel,
    memory,
)

NAME = "softmax"
LEAST = {"throughput": 5.0, "feedback": 3.0}
MOST_MEMORY = 400 * 2**20
# nbgrader as it comes: it runs what it is given, in a kernel without a sandbox
PLAIN = """
c = get_config()
c.CourseDirectory.course_id = "ffn"
"""
PROGRAMS = Path(sys.executable).parent


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--students", type=int, default=200, help="graded in turns (200); 0: none")
    words.add_argument("--batches", type=int, default=2, help="turns (2)")
    words.add_argument("--large", type=int, default=2000, help="of the large class; 0: none")
    words.add_argument("--jobs", type=int, default=cli.WORKERS, help="workers (as ffn-grade's)")
    chosen = words.parse_args()
    if not kernel.installed():
        kernel.install()
    with tempfile.TemporaryDirectory(prefix="ffn-bench-") as folder:
        os.chmod(folder, 0o755)
        if chosen.students:
            in_turns(Path(folder), chosen.students, chosen.batches, chosen.jobs)
        if chosen.large:
            large(Path(folder), chosen.large, chosen.jobs)


def in_turns(folder: Path, students: int, batches: int, jobs: int) -> None:
    """Grade the same students by each command, batch by batch."""
    made = course(folder / "made")
    courses = {name: folder / name for name in ("nbgrader", "sandboxed", "ffn-grade")}
    for path in courses.values():
        shutil.copytree(made, path)
    (courses["nbgrader"] / "nbgrader_config.py").write_text(PLAIN, encoding="utf-8")
    seconds = {"feedback, nbgrader": 0.0, "feedback, ffn-grade": 0.0, **dict.fromkeys(courses, 0.0)}
    held = 0
    size = -(-students // batches)
    for batch in range(batches):
        names = [f"b{batch}s{i:04d}" for i in range(size)]
        for path in courses.values():
            hand_in(path, names)
        for name in ("nbgrader", "sandboxed"):
            seconds[name] += timed(courses[name], "nbgrader", "autograde", NAME)
        ours = courses["ffn-grade"]
        with Watched() as watched:
            words = ("autograde", NAME, "--jobs", str(jobs), "--quiet")
            seconds["ffn-grade"] += timed(ours, "ffn-grade", *words)
        held = max(held, watched.most)
        print(f"batch {batch + 1} of {batches} is graded by all", flush=True)
        seconds["feedback, nbgrader"] += timed(
            courses["nbgrader"], "nbgrader", "generate_feedback", NAME
        )
        words = ("feedback", NAME, "--jobs", str(jobs), "--quiet")
        batch_only = [part for name in names for part in ("--student", name)]
        seconds["feedback, ffn-grade"] += timed(ours, "ffn-grade", *words, *batch_only)
    same = marks(courses["sandboxed"]) == marks(ours)
    count = size * batches
    for name, took in seconds.items():
        print(f"{name:22s} {took / count:6.3f} s a submission")
    ratio = seconds["nbgrader"] / seconds["ffn-grade"]
    pages = seconds["feedback, nbgrader"] / seconds["feedback, ffn-grade"]
    each = {name: f"{took / count:.2f} s" for name, took in seconds.items()}
    boxed = seconds["sandboxed"] / seconds["ffn-grade"]
    print(
        f"{count} submissions, {jobs} workers: {ratio:.1f} times nbgrader autograde, and "
        f"{boxed:.1f} times what that does with this course's sandbox"
    )
    print(f"feedback: {pages:.1f} times nbgrader generate_feedback")
    print(f"memory of the largest worker, kernel included: {held / 2**20:.0f} MB")
    print(f"marks are those of the sequential run, byte for byte: {same}")
    note(
        "grading a submission", each["ffn-grade"], f"nbgrader autograde {each['nbgrader']}", ratio,
        least=LEAST["throughput"],
    )  # fmt: skip
    note(
        "feedback on a submission", each["feedback, ffn-grade"],
        f"nbgrader generate_feedback {each['feedback, nbgrader']}", pages, least=LEAST["feedback"],
    )  # fmt: skip
    note("grading: MB of a worker", f"{held / 2**20:.0f} MB", ratio=held / 2**20, most=400)
    assert same
    assert ratio >= LEAST["throughput"]
    assert pages >= LEAST["feedback"]
    assert held <= MOST_MEMORY


def large(folder: Path, students: int, jobs: int) -> None:
    """A large class in PostgreSQL; one worker is killed, and the server stopped once."""
    path = course(folder / "large")
    with servers.postgresql(folder / "db") as server:
        (path / "gradebook.db").unlink()
        timed(path, "nbgrader", "generate_assignment", NAME, "--force", "--db", server.url)
        names = [f"s{i:04d}" for i in range(students)]
        due = hand_in(path, names)
        pool, writer = Processes(jobs), Writer(Course(path, server.url))
        written: list[str] = []

        def trouble(made: Iterable, _count: int) -> Iterator:
            for number, one in enumerate(made):
                if number % 200 == 0:
                    print(f"{number} of {students} are graded", flush=True)
                if number == students // 3:
                    os.kill(next(iter(pool.fence.executor._processes)), signal.SIGKILL)
                if number == students // 2:
                    server.stop()
                    threading.Timer(5, server.start).start()
                written.append(one.student)
                yield one

        begin = time.monotonic()
        entries = grading.autograde(Course(path, server.url), NAME, pool, writer, progress=trouble)
        took = time.monotonic() - begin
        pool.close()
        writer.close()
        graded = [entry.student for entry in entries if entry.state == "graded"]
        assert graded == sorted(written) == names
        assert {who: one.score for who, one in standings(server.url, NAME).items()} == due
        print(
            f"{students} submissions with a worker killed and the database stopped once: "
            f"{took:.0f} s, {len(graded)} graded, each once and with the marks it is due"
        )


class Watched:
    """The most memory that one worker of ``ffn-grade`` holds, with its template and its kernel."""

    def __enter__(self) -> "Watched":
        self.most, self._going = 0, True
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._going = False
        self._thread.join()

    def _watch(self) -> None:
        while self._going:
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if _of_forkserver(process) and _of_forkserver(process.parent()):
                        self.most = max(self.most, memory.held(process.pid))
            time.sleep(0.5)


def _of_forkserver(process: psutil.Process | None) -> bool:
    return process is not None and "forkserver" in " ".join(process.cmdline())


def course(folder: Path) -> Path:
    """A course with the one assignment released."""
    folder.mkdir()
    path = plain.copy_course(folder)
    timed(path, "nbgrader", "generate_assignment", NAME)
    return path


def hand_in(path: Path, names: Iterable[str]) -> dict[str, float]:
    """Submissions of the bank's answers, every one another mixture; the marks that each is due."""
    release = path / "release" / NAME / f"{NAME}.ipynb"
    answers = {p: [a for a in bank.answers(NAME) if a.problem == p] for p in bank.points(NAME)}
    due = {}
    for number, name in enumerate(names):
        chosen = {p: theirs[number % len(theirs)] for p, theirs in answers.items()}
        folder = path / "submitted" / name / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(plain.filled_in(release, chosen), encoding="utf-8")
        due[name] = sum(answer.marks for answer in chosen.values())
    return due


def timed(path: Path, program: str, *words: str) -> float:
    """Run a command in a course; give the seconds that it took."""
    begin = time.monotonic()
    done = subprocess.run(
        [str(PROGRAMS / program), *words],
        cwd=path,
        env=plain.environment(path.parent / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{program} {words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return time.monotonic() - begin


def marks(path: Path) -> bytes:
    timed(path, "nbgrader", "export")
    return (path / "grades.csv").read_bytes()


if __name__ == "__main__":
    main()

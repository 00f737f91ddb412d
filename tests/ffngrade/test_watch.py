"""`ffn-grade watch` grades what arrives, so often a day, and may be stopped at any moment."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import bank
import handed_out
import pytest

from ffngrade.cli import main as cli
from ffngrade.cli.watch import prints, within_limit
from ffngrade.core.course import Course
from ffngrade.gradebook.journal import Journal
from ffngrade.sandbox import bubblewrap

NAME = "softmax"
MOST = sum(bank.points(NAME).values())
OBSTACLE = bubblewrap.obstacle()
boxed = pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    course = handed_out.make_course(tmp_path_factory.mktemp("course"), NAME)
    return course.folder


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return Course(tmp_path / "course")


def hand_in(course, student: str, solved: bool) -> None:
    nb = (handed_out.solved if solved else handed_out.notebook)(NAME)
    folder = course.folder / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(nb))


def scores(course) -> dict[str, float | None]:
    with Journal.of(course) as record:
        return {entry.student: entry.score for entry in record.entries(NAME)}


def watch(course, *words: str) -> int:
    return cli.main(["watch", NAME, "--course", str(course.folder), "--jobs", "1", *words])


def test_so_many_a_day(course):
    with Journal.of(course) as record:
        for student in ("ann", "ann", "ben"):
            record.count_grading(NAME, student)
        assert within_limit(record, NAME, ["ann", "ben", "cleo"], 2) == ["ben", "cleo"]
        assert within_limit(record, NAME, ["ann"], 0) == ["ann"]
        assert within_limit(record, "moe", ["ann"], 1) == ["ann"]
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert record.gradings_since(NAME, tomorrow) == {}


def test_what_changed_is_seen_without_being_opened(course):
    hand_in(course, "ann", solved=False)
    before = prints(course, NAME)
    assert prints(course, NAME) == before
    hand_in(course, "ann", solved=True)
    (course.folder / "submitted" / "eve" / NAME).mkdir(parents=True)
    (course.folder / "submitted" / "eve" / NAME / "link").symlink_to("/dev/zero")
    after = prints(course, NAME)
    assert after["ann"] != before["ann"]
    assert [name for name, _, _ in after["eve"]] == ["link"]


@pytest.mark.slow
@boxed
def test_it_grades_what_arrives_and_no_more_than_it_may(course, capsys):
    hand_in(course, "ann", solved=False)
    assert watch(course, "--once", "--per-day", "1") == cli.DONE
    assert f"ann: 0 of {MOST:g}" in capsys.readouterr().out
    assert (course.feedback("ann", NAME) / f"{NAME}.html").is_file()
    hand_in(course, "ann", solved=True)
    assert watch(course, "--once", "--per-day", "1") == cli.DONE
    assert "ann: waits, 1 today" in capsys.readouterr().out
    assert scores(course) == {"ann": 0}
    assert watch(course, "--once", "--per-day", "2") == cli.DONE
    assert f"ann: {MOST:g} of {MOST:g}" in capsys.readouterr().out
    assert scores(course) == {"ann": MOST}


@pytest.mark.slow
@boxed
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT], ids=["terminated", "interrupted"])
def test_it_stops_when_told_and_leaves_the_rest_to_the_next_run(course, by):
    hand_in(course, "ann", solved=True)
    words = ["watch", NAME, "--every", "0.2", "--jobs", "1", "--quiet"]
    names = {key: text for key, text in os.environ.items() if not key.startswith("FFN_")}
    with subprocess.Popen(
        [sys.executable, "-m", "ffngrade", *words],
        cwd=course.folder,
        env=names,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert f"ann: {MOST:g} of {MOST:g}" in process.stdout.readline()
        hand_in(course, "ben", solved=True)
        process.send_signal(by)
        process.stdout.read()
        assert process.wait(timeout=120) == 130
    assert watch(course, "--once") == cli.DONE
    assert scores(course) == {"ann": MOST, "ben": MOST}

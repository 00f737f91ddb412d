"""From folders to notebooks to be graded: nobody is left out, nothing handed in is changed."""

import errno
import json
import os
import shutil
import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

import handed_out
import nbformat
import pytest
from handed_out import cell_of
from nbgrader.api import Gradebook

from ffngrade.core.errors import NotReleasedError, RunInProgressError
from ffngrade.core.exchange import SECRET, TIMESTAMP, accompany, beside
from ffngrade.core.submission import Findings, State
from ffngrade.gradebook.journal import Journal, counts
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.intake import safe_files, select
from ffngrade.intake.attempts import names, take_in
from ffngrade.intake.collect import (
    Received,
    collect,
    everybody,
    fenced,
    from_exchange,
    received_folder,
    strays,
)
from ffngrade.intake.release import releases
from ffngrade.reports.report import rows

SOFTMAX = "softmax"
SOLVED = json.dumps(handed_out.solved(SOFTMAX))
BLANK = json.dumps(handed_out.notebook(SOFTMAX))
LORA = json.dumps(handed_out.solved("lora"))


def half() -> str:
    nb = handed_out.solved(SOFTMAX)
    cell_of(nb, "softmax").source = "def softmax(z):\n    return z"
    return json.dumps(nb)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return handed_out.make_course(tmp_path_factory.mktemp("course"), SOFTMAX)


@pytest.fixture
def course(made):
    shutil.rmtree(made.folder / "submitted", ignore_errors=True)
    shutil.rmtree(made.folder / ".ffn-grade", ignore_errors=True)
    (made.folder / "submitted").mkdir()
    return made


def hand_in(course, student: str, **files: str | bytes) -> Path:
    """Write files, whose names are given with ``__`` for a slash, ``_dot_`` for a dot."""
    folder = course.folder / "submitted" / student
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def one(course, student: str = "ann") -> Received:
    (found,) = collect(course, SOFTMAX, [student])
    return found


def copy_of(course, student: str = "ann"):
    path = received_folder(course, student, SOFTMAX) / "softmax.ipynb"
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    return nb


def answer(course, student: str = "ann") -> str:
    return cell_of(copy_of(course, student), "softmax").source


SOLUTION = cell_of(handed_out.solved(SOFTMAX), "softmax").source


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_release_agrees_with_the_gradebook(made):
    found = releases(made, SOFTMAX)[SOFTMAX]
    ours = handed_out.release(SOFTMAX)
    assert [(p.id, p.name, p.given) for p in found.parts] == [
        (p.id, p.name, p.given) for p in ours.parts
    ]
    with pytest.raises(NotReleasedError, match="generate_assignment lora"):
        releases(made, "lora")


def test_without_a_release_folder_the_gradebook_is_enough(course):
    kept = course.folder / "elsewhere"
    (course.folder / "release").rename(kept)
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    try:
        assert one(course).findings == Findings()
    finally:
        kept.rename(course.folder / "release")


def test_hidden_tests_in_the_source_make_no_noise(course):
    """What is graded with may be more than what was given."""
    with Gradebook(course.url, course.name) as book:
        cell = book.find_source_cell("test_softmax", SOFTMAX, SOFTMAX)
        kept, cell.source = cell.source, cell.source + "\n# and more"
        book.db.commit()
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    got = one(course)
    with Gradebook(course.url, course.name) as book:
        book.find_source_cell("test_softmax", SOFTMAX, SOFTMAX).source = kept
        book.db.commit()
    assert (got.findings.repaired, got.findings.suspicious) == ([], [])
    assert cell_of(copy_of(course), "test_softmax").source.endswith("# and more")


def test_an_ordinary_class(course):
    for name in ("ann", "ben"):
        hand_in(course, name, softmax__softmax_dot_ipynb=SOLVED, softmax__data_dot_csv="1,2")
    hand_in(course, "ann", softmax__timestamp_dot_txt="2026-11-20 10:00:00.000000 UTC")
    hand_in(course, "cleo", lora__lora_dot_ipynb=LORA)
    with course.gradebook() as book:
        book.update_or_create_student("dora")
    before = tree(course.folder / "submitted")
    got = {found.student: found for found in collect(course, SOFTMAX)}
    assert {name: found.state for name, found in got.items()} == {
        "ann": "received", "ben": "received", "cleo": "absent", "dora": "absent",
    }  # fmt: skip
    assert all(
        not found.findings.repaired and not found.findings.suspicious for found in got.values()
    )
    assert tree(course.folder / "submitted") == before
    assert got["ann"].digest != got["ben"].digest != ""
    folder = received_folder(course, "ann", SOFTMAX)
    assert sorted(p.name for p in folder.iterdir()) == ["softmax.ipynb", "timestamp.txt"]
    assert course.directory.get_existing_timestamp(str(folder)).year == 2026
    times = {p: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert {found.student: found for found in collect(course, SOFTMAX)} == got
    assert {p: p.stat().st_mtime_ns for p in folder.iterdir()} == times
    with course.gradebook() as book:
        book.remove_student("dora")


FOUND = {
    "nested": {"softmax__softmax__softmax_dot_ipynb": SOLVED},
    "nested with others": {
        "softmax__course__softmax_dot_ipynb": SOLVED, "softmax__course__lora_dot_ipynb": LORA,
    },
    "a copy's name": {"softmax__softmax (1)_dot_ipynb": SOLVED},
    "upper case": {"softmax__Softmax_dot_IPYNB": SOLVED},
    "txt": {"softmax__softmax_dot_ipynb_dot_txt": SOLVED},
    "json": {"softmax__softmax_dot_json": SOLVED},
    "any name": {"softmax__homework_dot_ipynb": SOLVED, "softmax__notes_dot_ipynb": LORA},
    "blank beside a copy": {
        "softmax__softmax_dot_ipynb": BLANK, "softmax__softmax-Copy1_dot_ipynb": SOLVED,
    },
    "broken beside a copy": {
        "softmax__softmax_dot_ipynb": SOLVED[:900], "softmax__softmax-Copy1_dot_ipynb": SOLVED,
    },
    "twice the same": {"softmax__a_dot_ipynb": SOLVED, "softmax__b_dot_ipynb": SOLVED},
    "the right name deeper": {
        "softmax__x__softmax_dot_ipynb": SOLVED, "softmax__old_dot_ipynb": half(),
    },
    "another folder": {"Soft-Max__softmax_dot_ipynb": SOLVED},
    "no folder": {"softmax_dot_ipynb": SOLVED, "lora_dot_ipynb": LORA},
    "no folder, any name": {"homework_dot_ipynb": SOLVED},
}  # fmt: skip


@pytest.mark.parametrize("name", FOUND)
def test_found(course, name):
    hand_in(course, "ann", **FOUND[name])
    got = one(course)
    assert (got.state, got.findings.suspicious) == ("received", [])
    assert got.findings.repaired
    assert answer(course) == SOLUTION


def test_the_right_name_counts_whatever_lies_beside_it(course):
    checkpoint = "softmax___dot_ipynb_checkpoints__softmax-checkpoint_dot_ipynb"
    files = {checkpoint: half(), "softmax__old_dot_ipynb": half()}
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED, **files)
    got = one(course)
    assert (got.findings.repaired, answer(course)) == ([], SOLUTION)


def test_a_blank_notebook_is_graded_as_it_is(course):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=BLANK)
    assert one(course).state == State.RECEIVED
    assert one(course).findings.repaired == []


ASIDE = {
    "several": (
        {"softmax__a_dot_ipynb": SOLVED, "softmax__b_dot_ipynb": half()},
        "any of 2 notebooks may be meant: a.ipynb, b.ipynb",
    ),
    "empty": ({"softmax__softmax_dot_ipynb": ""}, "the file is empty"),
    "broken": ({"softmax__softmax_dot_ipynb": SOLVED[:500]}, "ends in the middle"),
    "broken and loose": ({"softmax_dot_ipynb": "x"}, "does not begin like a notebook"),
    "another": ({"softmax__softmax_dot_ipynb": LORA}, "but of lora"),
    "no notebook": ({"softmax__a_dot_pdf": "%PDF"}, "no notebook for softmax, but a.pdf"),
    "others only": ({"softmax__a_dot_ipynb": LORA, "softmax__b_dot_ipynb": LORA}, "none of 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASIDE)
def test_set_aside(course, name):
    files, said = ASIDE[name]
    hand_in(course, "ann", **files)
    got = one(course)
    assert got.state == "rejected"
    assert said in got.findings.rejection.teacher
    assert got.findings.rejection.student.endswith(".")
    assert not received_folder(course, "ann", SOFTMAX).exists()


def test_an_empty_folder_is_told(course):
    (course.folder / "submitted" / "ann" / SOFTMAX).mkdir(parents=True)
    got = one(course)
    assert (got.state, got.findings.rejection.teacher) == ("rejected", "the folder is empty")


def test_large_files_are_not_read(course, monkeypatch):
    monkeypatch.setattr(select, "LARGEST", 2**20)
    hand_in(course, "ann", softmax__softmax_dot_ipynb=b" " * (2**20 + 1))
    assert "has 1 MB, and at most 1 MB are read" in one(course).findings.rejection.teacher


def test_many_files_are_not_looked_through(course, monkeypatch):
    monkeypatch.setattr(safe_files, "MOST_FILES", 3)
    hand_in(course, "ann", **{f"softmax__{i}_dot_txt": "" for i in range(5)})
    assert "more than 3 files" in one(course).findings.rejection.teacher


@pytest.mark.skipif(os.name != "posix", reason="links and pipes as Unix has them")
def test_links_and_pipes_are_never_followed(course):
    secret = course.folder / "cases" / "softmax.py"
    other = hand_in(course, "ben", softmax__softmax_dot_ipynb=SOLVED) / SOFTMAX
    folder = hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED) / SOFTMAX
    (folder / "cases.py").symlink_to(secret)
    (folder / "inside").symlink_to("softmax.ipynb")
    os.mkfifo(folder / "pipe")
    got = one(course)
    assert got.state == "received"
    assert [what.split(":")[0] for what in got.findings.suspicious] == [
        "cases.py is a link to somewhere outside",
        "inside is a link to somewhere inside",
        "pipe is no ordinary file",
    ]
    assert len(list(received_folder(course, "ann", SOFTMAX).iterdir())) == 1
    # the notebook itself, its folder, the student's folder
    (folder / "softmax.ipynb").unlink()
    (folder / "softmax.ipynb").symlink_to(other / "softmax.ipynb")
    assert "is a link to somewhere outside" in one(course).findings.rejection.teacher
    shutil.rmtree(folder)
    folder.symlink_to(other)
    assert one(course).findings.rejection.teacher == "the submission's folder is a link"
    (course.folder / "submitted" / "eve").symlink_to(other.parent)
    assert one(course, "eve").findings.rejection.teacher == "the student's folder is a link"
    os.mkfifo(hand_in(course, "fay") / SOFTMAX)
    assert one(course, "fay").findings.rejection.teacher == "the submission's folder is no folder"


def test_what_may_not_be_read_is_told(course, monkeypatch):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(safe_files.os, "open", refuse)
    assert (
        one(course).findings.rejection.teacher == "softmax.ipynb cannot be read (Permission denied)"
    )
    monkeypatch.setattr(safe_files.os, "scandir", refuse)
    assert one(course).findings.rejection.teacher.endswith(
        "folder cannot be read (Permission denied)"
    )


def test_whatever_happens_the_others_are_taken_in(course, monkeypatch):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    hand_in(course, "ben", softmax__softmax_dot_ipynb=BLANK)
    real = select.check

    def check(data, release):
        if data == BLANK.encode():
            raise RuntimeError("what nobody thought of")
        return real(data, release)

    monkeypatch.setattr(select, "check", check)
    ann, ben = collect(course, SOFTMAX, ["ann", "ben"])
    assert ann.state == "received"
    assert (
        ben.findings.rejection.teacher
        == "taking it in stopped with RuntimeError: what nobody thought of"
    )


def test_a_folder_with_an_odd_name_is_told(course):
    for name in ("<img onerror=alert(1)>", "a\x1b[2J", "Jürgen O. Müller", "a.b+c@d-e_f"):
        hand_in(course, name, softmax__softmax_dot_ipynb=SOLVED)
    states = {found.student: found.state for found in collect(course, SOFTMAX)}
    assert list(states.values()) == ["rejected", "received", "rejected", "received"]
    assert list(states) == sorted(states)


def test_names_that_people_have(course):
    apart = unicodedata.normalize("NFD", "zoé")
    for name in ("o'brien", "a,b", "=1+1", apart):
        hand_in(course, name, softmax__softmax_dot_ipynb=SOLVED)
    latin = os.fsencode(course.folder / "submitted") + b"/caf\xe9"
    os.makedirs(latin + b"/softmax")
    with open(latin + b"/softmax/softmax.ipynb", "w") as file:
        file.write(SOLVED)
    found = {one.student: one for one in collect(course, SOFTMAX)}
    states = {name: one.state for name, one in found.items()}
    fine = dict.fromkeys(["o'brien", "a,b", "=1+1", "zoé"], "received")
    assert states == fine | {"caf\\xe9": "rejected"}
    assert answer(course, "zoé") == SOLUTION
    with Journal.of(course) as record:
        record.take(SOFTMAX, found.values())
        assert {entry.student for entry in record.entries(SOFTMAX)} == set(states)
        assert {row.student for row in rows(course, SOFTMAX, record)} == set(states)
    assert course.students(SOFTMAX) == sorted(states)
    hand_in(course, "zoé", softmax__softmax_dot_ipynb=SOLVED)
    if len(list((course.folder / "submitted").glob("zo*"))) == 2:
        got = one(course, "zoé")
        assert "2 folders have the name" in got.findings.rejection.teacher
        assert course.students(SOFTMAX) == sorted(states)


def test_whatever_one_attempt_is_the_others_are_taken_in(course):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    odd = os.fsencode(course.folder) + b"/submitted-attempts/ann/softmax"
    for name in (b"caf\xe9", b"1", b"2"):
        os.makedirs(odd + b"/" + name)
        with open(odd + b"/" + name + b"/softmax.ipynb", "w") as file:
            file.write(SOLVED)
    try:
        assert names(course, SOFTMAX, "ann") == ["1", "2"]
        got = fenced("ann", take_in, course, SOFTMAX, one(course), releases(course, SOFTMAX))
        assert got.state == "received"

        def stops(*_given):
            raise RuntimeError("\ud800")

        assert (
            "taking it in stopped with RuntimeError"
            in fenced("ann", stops).findings.rejection.teacher
        )

        def full(*_given):
            raise OSError(errno.ENOSPC, "full")

        with pytest.raises(OSError, match="full"):
            fenced("ann", full)
    finally:
        shutil.rmtree(course.folder / "submitted-attempts")


def test_a_large_time_is_no_time(course):
    hand_in(
        course, "ann", softmax__softmax_dot_ipynb=SOLVED, softmax__timestamp_dot_txt="2026" * 2000
    )
    got = one(course)
    assert got.state == "received"
    assert "does not say a time" in got.findings.repaired[0]


def test_a_time_that_is_none_is_told(course):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED, softmax__timestamp_dot_txt="soon")
    got = one(course)
    assert "does not say a time" in got.findings.repaired[0]
    assert not (received_folder(course, "ann", SOFTMAX) / "timestamp.txt").exists()


def test_nobody_is_missing(course):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    (course.folder / "submitted" / ".git").mkdir()
    (course.folder / "submitted" / "ben.ipynb").write_text(SOLVED)
    with course.gradebook() as book:
        book.update_or_create_student("dora")
    assert everybody(course) == ["ann", "dora"]
    assert strays(course) == ["ben.ipynb"]
    with course.gradebook() as book:
        book.remove_student("dora")


# ---- what survives a kill


def test_a_killed_run_goes_on_where_it_stopped(course):
    for name in ("ann", "ben", "cleo", "dora"):
        hand_in(course, name, softmax__softmax_dot_ipynb=SOLVED)
    hand_in(course, "eve", softmax__softmax_dot_ipynb="")
    with Journal.of(course) as record, record.alone():
        record.take(SOFTMAX, collect(course, SOFTMAX))
        assert record.due(SOFTMAX) == ["ann", "ben", "cleo", "dora"]
        record.begin(SOFTMAX, "ann")
        record.graded(SOFTMAX, "ann", 20, 20)
        record.begin(SOFTMAX, "ben")
        record.begin(SOFTMAX, "cleo")
        record.failed(SOFTMAX, "cleo", "the kernel did not start")
    with Journal.of(course) as record, record.alone():  # as after a kill
        record.take(SOFTMAX, collect(course, SOFTMAX))
        assert record.due(SOFTMAX) == ["ben", "cleo", "dora"]
        assert record.due(SOFTMAX, force=True) == ["ann", "ben", "cleo", "dora"]
        assert record.due(SOFTMAX, kept=lambda _: False) == ["ann", "ben", "cleo", "dora"]
        ann, eve = record.entry(SOFTMAX, "ann"), record.entry(SOFTMAX, "eve")
        assert (ann.state, ann.score, ann.max_score) == ("graded", 20, 20)
        assert (eve.state, eve.findings.rejection.teacher) == ("rejected", "the file is empty")
        states = {"received": 1, "running": 1, "graded": 1, "failed": 1, "rejected": 1}
        assert counts(record.entries(SOFTMAX)) == states
        # a new submission is due again, and a repaired one too
        hand_in(course, "ann", softmax__softmax_dot_ipynb=half())
        hand_in(course, "eve", softmax__softmax_dot_ipynb=SOLVED)
        record.take(SOFTMAX, collect(course, SOFTMAX))
        assert record.due(SOFTMAX) == ["ann", "ben", "cleo", "dora", "eve"]
        assert record.entry(SOFTMAX, "ann").score is None
        assert record.assignments() == [SOFTMAX]
        with pytest.raises(KeyError, match="taken in for softmax, got 'zoe'"):
            record.begin(SOFTMAX, "zoe")


def test_one_run_at_a_time(course):
    with Journal.of(course) as record, record.alone(), Journal.of(course) as other:
        assert other.entries(SOFTMAX) == []  # reading is free
        with pytest.raises(RunInProgressError, match="another run is grading"), other.alone():
            pass
    with Journal.of(course) as record, record.alone():
        pass


def test_an_assignment_of_two_notebooks(tmp_path):
    wanted = {name: handed_out.release(name) for name in (SOFTMAX, "lora")}
    folder = tmp_path / "ann"
    folder.mkdir()
    (folder / "softmax.ipynb").write_text(SOLVED)
    got = select.choose(safe_files.entries(folder), wanted)
    assert set(got.checked) == {SOFTMAX}
    assert got.findings.repaired == [
        "lora.ipynb is left out: there is no notebook for lora, but softmax.ipynb"
    ]
    (folder / "adapters.ipynb").write_text(LORA)
    got = select.choose(safe_files.entries(folder), wanted)
    assert set(got.checked) == set(wanted)
    assert got.findings.repaired == ["adapters.ipynb was taken for lora.ipynb"]


def test_students_are_known_in_order_before_anybody_is_graded(course):
    for name in ("ben", "ann"):
        hand_in(course, name, softmax__softmax_dot_ipynb=SOLVED)
    hand_in(course, "cleo", softmax__softmax_dot_ipynb="")
    hand_in(course, "dora", lora__lora_dot_ipynb=LORA)

    class Lost:
        def run(self, _agreed, _jobs):
            return iter(())

    writer = Writer(course, patience=1)
    grading.autograde(course, SOFTMAX, Lost(), writer)
    writer.enrol(["ben", "eve", "dan"])
    writer.close()
    with course.gradebook() as book:
        names = [student.id for student in book.students]
        assert names == ["ann", "ben", "cleo", "eve", "dan"]
        for name in names:
            book.remove_student(name)


def test_what_cannot_be_read_any_more_keeps_its_marks(course):
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED)
    hand_in(course, "ben", softmax__softmax_dot_ipynb=SOLVED)
    with Journal.of(course) as record:
        record.take(SOFTMAX, collect(course, SOFTMAX))
        for name in ("ann", "ben"):
            record.graded(SOFTMAX, name, 20, 20)
    hand_in(course, "ann", softmax__softmax_dot_ipynb="")
    shutil.rmtree(course.folder / "submitted" / "ben")

    class Idle:
        def run(self, _agreed, jobs):
            assert list(jobs) == []
            return iter(())

    writer = Writer(course, patience=1)
    changes, failed = grading.regrade(course, SOFTMAX, Idle(), writer, write=True)
    writer.close()
    assert changes == []
    assert failed == {
        "ann": "its submission cannot be read any more: the file is empty",
        "ben": "its submission is gone",
    }


def test_what_brings_feedback_back_through_the_exchange(course, tmp_path):
    secret = "0f" * 64  # as `nbgrader submit` makes it
    files = {"softmax__timestamp_dot_txt": "2026-11-20 10:00:00.000000 UTC\n"}
    files["softmax__submission_secret_dot_txt"] = secret
    hand_in(course, "ann", softmax__softmax_dot_ipynb=SOLVED, **files)
    one(course)
    assert beside(received_folder(course, "ann", SOFTMAX))[SECRET] == secret
    hand_in(course, "ben", softmax__softmax_dot_ipynb="{", **files)
    assert one(course, "ben").state == "rejected"
    assert from_exchange(course, "ben", SOFTMAX)[SECRET] == secret
    for bad in ("", "../../x", "0f\n", "é", "0" * 501, b"\xff"):
        hand_in(
            course,
            "cleo",
            softmax__softmax_dot_ipynb=SOLVED,
            softmax__submission_secret_dot_txt=bad,
        )
        assert one(course, "cleo").state == "received"
        assert not beside(received_folder(course, "cleo", SOFTMAX))
    # nbgrader's release_feedback opens both files of every folder, and stops if one is missing
    accompany(tmp_path, {})
    made = beside(tmp_path)
    assert made[TIMESTAMP] == ""
    assert len(made[SECRET]) == 128
    accompany(tmp_path, {})
    assert beside(tmp_path) == made
    accompany(tmp_path, {SECRET: secret})
    assert beside(tmp_path) == {TIMESTAMP: "", SECRET: secret}


def test_a_journal_that_an_earlier_version_made_is_brought_up_to_date(tmp_path):
    path = tmp_path / "record.db"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            """
            CREATE TABLE submission (assignment TEXT NOT NULL, student TEXT NOT NULL,
                state TEXT NOT NULL, digest TEXT NOT NULL, told TEXT NOT NULL,
                score REAL, most REAL,
                why TEXT NOT NULL DEFAULT '', moment TEXT NOT NULL,
                PRIMARY KEY (assignment, student));
            CREATE TABLE extension (assignment TEXT NOT NULL, student TEXT NOT NULL, moment TEXT,
                PRIMARY KEY (assignment, student));
            INSERT INTO extension VALUES ('softmax', 'ann', '2026-03-01 10:00:00');
            INSERT INTO submission VALUES
                ('softmax', 'ann', 'graded', 'd', '[["repaired"], [], null]', 18, 20, '', 'm'),
                ('softmax', 'ben', 'aside', '', '[[], [], ["empty", "Send it again."]]', NULL, NULL,
                 '', 'm');
            """
        )
    with closing(Journal(path)) as record:
        ann, ben = record.entries(SOFTMAX)
        assert (ann.state, ann.score, ann.max_score) == (State.GRADED, 18, 20)
        assert ann.findings.repaired == ["repaired"]
        assert (ben.state, ben.findings.rejection.teacher) == (State.REJECTED, "empty")
        assert str(record.extensions(SOFTMAX)["ann"]) == "2026-03-01 10:00:00"

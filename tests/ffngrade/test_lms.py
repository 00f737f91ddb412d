"""Learning platforms: their class lists and downloads come in, and marks go back in their tables.

The files are written after the public descriptions of the formats: Canvas' gradebook importer and
download of submissions, Moodle's grading worksheet and download, Blackboard's full grade centre,
Gradescope's export with its ``submission_metadata.yml``.
"""

import csv
import io
import json
import shutil
import stat
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import bank
import handed_out
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffngrade.cli import main as cli
from ffngrade.core.course import Course
from ffngrade.core.errors import ArchiveError, TableError
from ffngrade.core.job import GradeResult
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.lms import class_list, downloads
from ffngrade.lms.class_list import Person, match

NAME = "softmax"
SOLVED = json.dumps(handed_out.solved(NAME)).encode()
POINTS = bank.points(NAME)
CLASS = "id,first_name,last_name,email\nann,Ann,Lee,ann@example.org\nben,Ben,O'Brien,\n" + (
    "zoe,Zoë,Müller-Lüdenscheidt,Zoe@Example.org\ndan,Dan,Lee,dan@example.org\n"
)
SHARES = {"ann": 1.0, "ben": 0.5, "zoe": 0.0}

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (4711),Quiz (4712),Final Score\n"
    "    Points Possible,,,,,20.00,5.00,(read only)\n"
    '"Lee, Ann",101,S-1,ann,A,,3.00,60\n'
    '"O\'Brien, Ben",102,S-2,BEN,A,7.00,,10\n'
    '"Müller-Lüdenscheidt, Zoë",103,S-3,zm3,B,,,0\n'
    '"Stranger, Sam",104,S-4,sam,B,,,0\n'
    '"Student, Test",105,,abc,B,,,0\n'
)
MOODLE = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 901,Ann Lee,,ann@example.org,Submitted for grading,,20.00,Yes,"
    '"Tuesday, 1 December 2026, 10:00 AM",-,\n'
    'Participant 902,Ben O\'Brien,ben,b@example.org,"Submitted for grading",5.00,20.00,Yes,-,-,\n'
    "Participant 903,Zoë Müller-Lüdenscheidt,,zoe@example.org,No submission,,20.00,Yes,-,-,\n"
)
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"softmax [Total Pts: 20 Score] |901"\n'
    '"Lee"\t"Ann"\t"ann"\t"1"\t""\t"Yes"\t""\n"O\'Brien"\t"Ben"\t"ben"\t"2"\t""\t"Yes"\t""\n'
    '"Müller-Lüdenscheidt"\t"Zoë"\t"zm3"\t"3"\t""\t"Yes"\t""\n'
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    course = handed_out.make_course(tmp_path_factory.mktemp("course"), NAME)
    (course.folder / "class.csv").write_text(CLASS, encoding="utf-8")
    assert run(course, "roster", str(course.folder / "class.csv")) == cli.DONE
    return course.folder


@pytest.fixture
def course(made, tmp_path):
    shutil.copytree(made, tmp_path / "course")
    return Course(tmp_path / "course")


@pytest.fixture
def graded(course):
    """Ann has all marks, Ben half, Zoë none, and Dan handed in nothing."""
    for student in SHARES:
        folder = course.folder / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(SOLVED)
    writer = Writer(course)
    grading.autograde(course, NAME, Shares(), writer)
    writer.close()
    return course


class Shares:
    """Stands for the workers."""

    def run(self, _agreed, jobs):
        for job in jobs:
            scores = {f"test_{n}": m * SHARES[job.student] for n, m in POINTS.items()}
            yield GradeResult(job.student, job.texts, {NAME: scores}, {NAME: {}})

    def close(self):
        pass


def run(course, *words: str) -> int:
    return cli.main([words[0], "--course", str(course.folder), *words[1:]])


def put(course, name: str, text: str | bytes, encoding: str = "utf-8") -> str:
    path = course.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return str(path)


def exported(course, *words: str) -> bytes:
    out = course.folder / "out"
    assert run(course, "export", "--out", str(out), *words) in (cli.DONE, cli.CARE)
    return out.read_bytes()


def lines(data: bytes, encoding: str = "utf-8", delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding)), delimiter=delimiter))


def test_canvas_gets_its_own_table_back_with_marks_in_it(graded, capsys):
    roster = put(graded, "canvas.csv", CANVAS)
    assert run(graded, "excuse", NAME, "--student", "zoe", "--reason", "ill") == cli.DONE
    data = exported(graded, "--to", "canvas", "--roster", roster)
    before, after = lines(CANVAS.encode()), lines(data)
    marks = [row[5] for row in after]
    assert marks == ["Softmax (4711)", "20.00", "20", "10", "EX", "", ""]
    for row in (*before, *after):
        del row[5]
    assert before == after  # and nothing else is changed
    told = capsys.readouterr().out
    assert "3 students found in canvas.csv" in told
    assert "dan is not in canvas.csv" in told
    assert "Sam Stranger (sam) is not in the gradebook" in told


def test_canvas_reads_what_is_written(graded):
    """As Canvas' importer does: the name and number of a column, points, then students by ID."""
    data = exported(graded, "--to", "canvas", "--roster", put(graded, "canvas.csv", CANVAS))
    heads, points, *students = lines(data)
    assert heads[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in points[0]
    assert {row[1]: row[5] for row in students if row[5]} == {"101": "20", "102": "10", "103": "0"}


def test_a_column_that_is_not_there_is_made_or_named(graded, capsys):
    text = CANVAS.replace("Softmax (4711)", "Week 4 (4711)")
    roster = put(graded, "canvas.csv", text)
    data = exported(graded, "--to", "canvas", "--roster", roster)
    assert lines(data)[0][-1] == NAME
    assert [row[-1] for row in lines(data)[1:5]] == ["20", "20", "10", "0"]
    assert "a new one is made" in capsys.readouterr().out
    data = exported(graded, "--to", "canvas", "--roster", roster, "--column", f"{NAME}=Week 4")
    assert [row[5] for row in lines(data)[2:4]] == ["20", "10"]
    words = ("export", "--to", "canvas", "--roster", roster, "--column", f"{NAME}=Week 5")
    assert run(graded, *words) == cli.NOT_DONE
    assert "got 'Week 5'" in capsys.readouterr().err


def test_points_that_differ_are_refused_until_they_are_scaled(graded, capsys):
    roster = put(graded, "canvas.csv", CANVAS.replace("20.00,5.00", "100,5.00"))
    assert run(graded, "export", "--to", "canvas", "--roster", roster) == cli.NOT_DONE
    assert f"say --weight {NAME}=100" in capsys.readouterr().err
    data = exported(graded, "--to", "canvas", "--roster", roster, "--weight", f"{NAME}=100")
    assert [row[5] for row in lines(data)[1:5]] == ["100", "100", "50", "0"]
    for wrong in (f"{NAME}=0", f"{NAME}=many", "moe=3", NAME):
        words = ("export", "--to", "canvas", "--roster", roster, "--weight", wrong)
        assert run(graded, *words) == cli.NOT_DONE


def test_moodle_gets_its_worksheet_back(graded, capsys):
    roster = put(graded, "worksheet.csv", MOODLE)
    run(graded, "excuse", NAME, "--student", "zoe")
    data = exported(graded, "--to", "moodle", "--roster", roster)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = lines(data, "utf-8-sig")
    assert [row[5] for row in rows] == ["Grade", "20", "10", ""]
    assert [row[0] for row in rows[1:]] == ["Participant 901", "Participant 902", "Participant 903"]
    assert "excuse by hand in moodle: zoe" in capsys.readouterr().out


def test_moodle_without_a_worksheet_by_address_or_number(graded):
    rows = lines(exported(graded, "--to", "moodle"))
    assert rows[0] == ["ID number", NAME]  # not everybody has an address
    assert sorted(rows[1:]) == [["ann", "20"], ["ben", "10"], ["dan", ""], ["zoe", "0"]]


def test_blackboard_gets_its_table_back(graded, capsys):
    roster = put(graded, "gc.xls", BLACKBOARD, "utf-16")
    data = exported(graded, "--to", "blackboard", "--roster", roster)
    rows = lines(data, "utf-16", "\t")
    assert [row[6] for row in rows[1:]] == ["20", "10", "0"]
    assert rows[0][6] == "softmax [Total Pts: 20 Score] |901"
    assert run(graded, "export", "--to", "blackboard") == cli.NOT_DONE
    assert "needs --roster" in capsys.readouterr().err
    without = BLACKBOARD.replace("softmax [Total", "moe [Total")
    exported(graded, "--to", "blackboard", "--roster", put(graded, "gc.csv", without))
    assert "make one of 20 points in Blackboard" in capsys.readouterr().out


def test_gradescope_and_json(graded):
    rows = lines(exported(graded, "--to", "gradescope"))
    (head,) = (dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[2] == "ann")
    assert [head[key] for key in ("SID", "Total Score", "Max Points", "Status")] == [
        "ann", "20", "20", "Graded"
    ]  # fmt: skip
    (found,) = json.loads(exported(graded, "--to", "json"))
    by_id = {one["id"]: one for one in found["students"]}
    assert (found["assignment"], by_id["ben"]["score"], by_id["dan"]["score"]) == (NAME, 10, None)
    assert by_id["dan"]["reason"] == "nothing handed in"
    assert by_id["zoe"]["last_name"] == "Müller-Lüdenscheidt"


def test_csv_as_before_and_excused_there_too(graded):
    run(graded, "excuse", NAME, "--student", "zoe", "--reason", "ill")
    rows = csv.DictReader(io.StringIO(exported(graded, "--to", "csv").decode()))
    by_id = {row["student_id"]: row for row in rows}
    assert (by_id["ann"]["score"], by_id["zoe"]["score"], by_id["zoe"]["reason"]) == (
        "20.0", "", "excused"
    )  # fmt: skip
    run(graded, "excuse", NAME, "--student", "zoe", "--undo")
    rows = csv.DictReader(io.StringIO(exported(graded, "--to", "csv").decode()))
    assert {row["student_id"]: row["score"] for row in rows}["zoe"] == "0.0"


def test_a_dry_run_writes_nothing(graded, capsys):
    roster, out = put(graded, "canvas.csv", CANVAS), graded.folder / "out.csv"
    words = ("--to", "canvas", "--roster", roster, "--out", str(out), "--dry-run")
    assert run(graded, "export", *words) == cli.CARE
    assert not out.exists()
    assert "nothing is written yet" in capsys.readouterr().out
    assert run(graded, "export", "--to", "moodle", "--roster", roster) == cli.NOT_DONE
    assert "got one of canvas" in capsys.readouterr().err


def test_a_roster_from_any_of_them(course):
    for name, text, encoding in (
        ("canvas.csv", CANVAS, "utf-8"),
        ("moodle.csv", MOODLE, "utf-8"),
        ("gc.xls", BLACKBOARD, "utf-16"),
        ("scope.csv", "First Name,Last Name,SID,Email,Role\nEve,Fox,e1,e@x.org,Student\n", "utf-8"),
    ):
        assert run(course, "roster", put(course, name, text, encoding)) in (cli.DONE, cli.CARE)
    with course.gradebook() as book:
        found = {one.id: (one.first_name, one.last_name, one.email) for one in book.students}
    assert found["sam"] == ("Sam", "Stranger", None)
    assert found["Participant 901"] == ("Ann", "Lee", "ann@example.org")
    assert found["zm3"][1] == "Müller-Lüdenscheidt"
    assert found["e1"] == ("Eve", "Fox", "e@x.org")


# ---- who is who


def everybody(*people: Person) -> list[tuple[int, Person]]:
    return [*enumerate(people)]


def test_by_id_then_by_address_then_by_name():
    students = {
        "ann": Person(("ann",), "", "Ann", "Lee"),
        "ben": Person(("ben",), "B@x.org", "Ben", "Fox"),
        "zoe": Person(("zoe",), "", "Zoë", "Çelik"),
        "e@x.org": Person(("e@x.org",)),
    }
    found = match(
        students,
        everybody(
            Person(("1",), "", "Celik", "Zoe"),
            Person(("2",), "b@X.org", "Somebody", "Else"),
            Person(("3", "ANN"), "", "Another", "Name"),
            Person((), "E@x.org"),
        ),
    )
    assert found.pairs == {"ann": 2, "ben": 1, "zoe": 0, "e@x.org": 3}
    assert (found.missing, found.strangers, found.double) == ([], [], [])


def test_whoever_could_be_two_is_told_and_nobody_is_taken():
    students = {"a": Person(("a",), "", "Ann", "Lee"), "b": Person(("b",), "", "Lee", "Ann")}
    found = match(students, everybody(Person(("7",), "", "Ann", "Lee")))
    assert found.pairs == {}
    assert found.double == ["Ann Lee (7) could be a, b"]
    twins = everybody(Person(("7",), "", "Ann", "Lee"), Person(("8",), "", "Ann", "Lee"))
    found = match({"a": students["a"]}, twins)
    assert found.pairs == {}
    assert found.double == ["a could be Ann Lee (7), Ann Lee (8)"]
    assert match(students, []).missing == ["a", "b"]


names = st.sampled_from(["Ann", "Ben", "Zoë", "Lee", "Fox", ""])
persons = st.builds(
    lambda ids, *rest: Person(tuple(ids), *rest),
    st.lists(st.sampled_from(["a", "b", "C", "1"]), max_size=2),
    st.sampled_from(["", "a@x", "b@x"]),
    names,
    names,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from("abcd"), persons), st.lists(persons, max_size=5))
def test_nobody_is_taken_twice_and_nobody_is_lost(students, people):
    found = match(students, everybody(*people))
    assert len(set(found.pairs.values())) == len(found.pairs)
    told = " ".join(found.double)
    assert all(s in found.pairs or s in found.missing or s in told for s in students)


def test_tables_that_are_none(tmp_path):
    path = tmp_path / "x.csv"
    for text, words in (
        ("", "is empty"),
        ("colour,size\nred,3\n", "must have a column"),
        ('a,"' + "x" * 200_000, "line 1 of"),
    ):
        path.write_text(text)
        with pytest.raises(TableError, match=words):
            class_list.read(path)
    path.write_bytes("id;name\nann;Zoë\n".encode("cp1252"))
    table = class_list.read(path)
    assert (table.delimiter, table.text()) == (";", "id;name\nann;Zoë\n".encode("cp1252"))


# ---- downloads


def archive(path: Path, files: dict[str, bytes]) -> str:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return str(path)


def other(mark: str) -> bytes:
    nb = handed_out.solved(NAME)
    handed_out.cell_of(nb, "softmax").source += f"\n# {mark}"
    return json.dumps(nb).encode()


MOODLE_ZIP = {
    "Ann Lee_901_assignsubmission_file_/softmax.ipynb": other("ann"),
    "Ann Lee_901_assignsubmission_onlinetext_/onlinetext.html": b"<p>Hello</p>",
    "Ben O'Brien_902_assignsubmission_file/my work.ipynb": other("ben"),
    "Zoë Müller-Lüdenscheidt_903_assignsubmission_file_softmax.ipynb": other("zoe"),
    "Sam Stranger_904_assignsubmission_file_/softmax.ipynb": other("sam"),
    "__MACOSX/Ann Lee_901_assignsubmission_file_/._softmax.ipynb": b"x",
}
CANVAS_ZIP = {
    "leeann_101_5001_softmax.ipynb": other("ann"),
    "obrienben_LATE_102_5002_softmax-1.ipynb": other("ben"),
    "müllerlüdenscheidtzoë_103_5003_my_final_work.ipynb": other("zoe"),
    "strangersam_104_5004_softmax.ipynb": other("sam"),
    "leedan_105_5005_notes.txt": b"no notebook",
}
METADATA = """---
submission_7001:
  :submitters:
  - :name: Ann Lee
    :sid: ann
    :email: other@example.org
  - :name: Ben O'Brien
    :sid:
    :email: ''
  :created_at: 2026-12-01 10:00:00.283041000 +01:00
  :score: 3.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: [1, 2]
submission_7002:
  :submitters:
  - :name: Sam Stranger
    :sid: sam
    :email: sam@example.org
  :created_at: 2026-12-01 12:00:00 Z
"""
SCOPE_ZIP = {
    "assignment_1_export/submission_metadata.yml": METADATA.encode(),
    "assignment_1_export/submission_7001/softmax.ipynb": other("both"),
    "assignment_1_export/submission_7002/softmax.ipynb": other("sam"),
}


def handed_in(course, student: str) -> tuple[str, str]:
    """What was put into a student's folder: which mark it has, and its time."""
    folder = course.folder / "submitted" / student / NAME
    assert {path.name for path in folder.iterdir()} <= {f"{NAME}.ipynb", "timestamp.txt"}
    nb = json.loads((folder / f"{NAME}.ipynb").read_text())
    source = "".join(handed_out.cell_of(handed_out.nbformat.from_dict(nb), "softmax").source)
    time = folder / "timestamp.txt"
    return source.rpartition("# ")[2], time.read_text() if time.exists() else ""


def test_moodle_s_download(course, capsys):
    path = archive(course.folder / "moodle.zip", MOODLE_ZIP)
    roster = put(course, "worksheet.csv", MOODLE)
    words = ("collect", NAME, path, "--roster", roster, "--zone", "Europe/Berlin")
    assert run(course, *words, "--dry-run") == cli.CARE
    assert not (course.folder / "submitted").exists()
    assert run(course, *words) == cli.CARE
    told = capsys.readouterr()
    assert "Sam Stranger (Participant 904) is not in the gradebook" in told.err
    assert "moodle: 3 new, 0 again, 0 as before, 1 not taken" in told.out
    assert handed_in(course, "ann") == ("ann", "2026-12-01 09:00:00 UTC")
    assert handed_in(course, "ben") == ("ben", "")
    assert handed_in(course, "zoe") == ("zoe", "")
    assert run(course, *words) == cli.CARE
    assert "0 new, 0 again, 3 as before" in capsys.readouterr().out


def test_moodle_s_download_by_names_alone(course):
    run(course, "collect", NAME, archive(course.folder / "moodle.zip", MOODLE_ZIP))
    assert [handed_in(course, name)[0] for name in ("ann", "ben", "zoe")] == ["ann", "ben", "zoe"]


@pytest.mark.parametrize("with_roster", [True, False])
def test_canvas_download(course, capsys, with_roster):
    path = archive(course.folder / "submissions.zip", CANVAS_ZIP)
    more = ["--roster", put(course, "canvas.csv", CANVAS)] if with_roster else []
    assert run(course, "collect", NAME, path, *more) == cli.CARE
    told = capsys.readouterr()
    assert [handed_in(course, name)[0] for name in ("ann", "ben", "zoe")] == ["ann", "ben", "zoe"]
    assert "ben: the platform says that this is late" in told.out
    assert "handed in no notebook" in told.out
    assert "is not in the gradebook" in told.err


def test_gradescope_s_download_of_a_pair(course, capsys):
    path = archive(course.folder / "scope.zip", SCOPE_ZIP)
    assert run(course, "collect", NAME, path) == cli.CARE
    assert "Sam Stranger (sam) is not in the gradebook" in capsys.readouterr().err
    assert handed_in(course, "ann") == ("both", "2026-12-01 09:00:00 UTC")
    assert handed_in(course, "ben") == ("both", "2026-12-01 09:00:00 UTC")


def test_who_hands_in_again_keeps_the_earlier_attempt(course, capsys):
    first = archive(course.folder / "1.zip", {"leeann_101_5001_softmax.ipynb": other("first")})
    again = archive(course.folder / "2.zip", {"leeann_101_5009_softmax-1.ipynb": other("again")})
    third = archive(course.folder / "3.zip", {"leeann_101_5010_softmax-2.ipynb": other("third")})
    for path in (first, again, third):
        assert run(course, "collect", NAME, path) == cli.DONE
    assert "the earlier one is kept as an attempt" in capsys.readouterr().out
    assert handed_in(course, "ann")[0] == "third"
    attempts = course.folder / "submitted-attempts" / "ann" / NAME
    assert sorted(path.name for path in attempts.iterdir()) == ["attempt-1", "attempt-2"]
    assert b"# first" in (attempts / "attempt-1" / f"{NAME}.ipynb").read_bytes()


def test_what_leads_out_is_refused_whole(course, capsys):
    good = "leeann_101_5001_softmax.ipynb"
    for name in ("../../pwned.ipynb", "/pwned.ipynb", "a\\..\\..\\pwned.ipynb", "C:/pwned.ipynb"):
        path = archive(course.folder / "bad.zip", {good: SOLVED, name: SOLVED})
        assert run(course, "collect", NAME, path) == cli.NOT_DONE
        assert "leads out of it" in capsys.readouterr().err
    assert not list(course.folder.parent.rglob("pwned*"))
    assert not (course.folder / "submitted").exists()


def test_bombs_are_refused_or_left_out(course, capsys, monkeypatch):
    bomb = {
        "leeann_101_5001_softmax.ipynb": bytes(downloads.LARGEST + 1),
        "obrienben_102_5002_softmax.ipynb": SOLVED,
    }
    path = archive(course.folder / "bomb.zip", bomb)
    assert Path(path).stat().st_size < 10**6
    assert run(course, "collect", NAME, path) == cli.DONE
    assert "too large and was left out" in capsys.readouterr().out
    assert not (course.folder / "submitted" / "ann").exists()
    monkeypatch.setattr(downloads, "MOST_BYTES", 1000)
    assert run(course, "collect", NAME, path) == cli.NOT_DONE
    monkeypatch.setattr(downloads, "MOST_FILES", 1)
    assert run(course, "collect", NAME, path) == cli.NOT_DONE
    assert "at most 1" in capsys.readouterr().err


def test_a_size_that_lies_is_not_believed(tmp_path):
    path = tmp_path / "lies.zip"
    archive(path, {"leeann_101_5001_softmax.ipynb": bytes(10**6)})
    data = path.read_bytes().replace((10**6).to_bytes(4, "little"), (9).to_bytes(4, "little"))
    path.write_bytes(data)
    try:
        (one,) = downloads.read(path).downloads
    except ArchiveError:
        return  # the checksum does not fit what was read
    assert len(one.notebooks["softmax.ipynb"]) <= 10**6


def test_links_and_nonsense(tmp_path):
    path = tmp_path / "links.zip"
    with zipfile.ZipFile(path, "w") as made:
        info = zipfile.ZipInfo("leeann_101_5001_softmax.ipynb")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    found = downloads.read(path)
    assert found.downloads == []
    assert "is a link" in found.notes[0]
    for name, data, words in (
        ("none.zip", b"PK no zip", "cannot be read"),
        ("empty.zip", b"PK\5\6" + bytes(18), "say --from"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ArchiveError, match=words):
            downloads.read(tmp_path / name)
    for text in (b"{", b"- 1", b"submission_1: 5", b"a: &a [*a]"):
        archive(path, {"submission_metadata.yml": text, "submission_1/x.ipynb": b"{}"})
        with suppress(ArchiveError):
            assert downloads.read(path).downloads == []


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_an_archive_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("zip") / "x.zip"
    path.write_bytes(data)
    with pytest.raises(ArchiveError):
        downloads.read(path)


def test_excused_students_are_listed(course, capsys):
    assert run(course, "excuse", NAME) == cli.DONE
    assert "nobody is excused" in capsys.readouterr().out
    assert run(course, "excuse", NAME, "--student", "annn") == cli.NOT_DONE
    assert "did you mean ann?" in capsys.readouterr().err
    run(course, "excuse", NAME, "--student", "ann", "--reason", "ill \x1b[2J")
    told = capsys.readouterr().out
    assert "ann: excused (ill" in told
    assert "\x1b" not in told
    with Journal.of(course) as record:
        assert list(record.excused(NAME)) == ["ann"]


def test_times_of_a_download_count_for_lateness(course):
    run(course, "collect", NAME, archive(course.folder / "scope.zip", SCOPE_ZIP))
    writer = Writer(course)
    grading.autograde(course, NAME, Shares(), writer)
    writer.close()
    assert grading.handed_in(course, NAME, "ann") == datetime(2026, 12, 1, 9, 0)


def test_an_excused_problem_changes_nothing(course, capsys):
    """It earns the share of the others, late or not, and gives back what it was when it counts."""
    for student in SHARES:
        folder = course.folder / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(SOLVED)
    writer = Writer(course)
    grading.autograde(course, NAME, Unequal(), writer)
    writer.close()

    def score(student: str) -> float:
        rows = csv.DictReader(io.StringIO(exported(course, "--to", "csv").decode()))
        return float({row["student_id"]: row["score"] for row in rows}[student])

    others = sum(POINTS.values()) - POINTS["softmax"]
    assert score("ann") == others
    words = ("excuse", NAME, "--student", "ann", "--problem", "softmax")
    assert run(course, *words) == cli.DONE
    assert "ann: excused from softmax" in capsys.readouterr().out
    assert score("ann") == pytest.approx(20)
    assert score("ann") == pytest.approx(20)  # and it stays so
    assert score("ben") == others
    with course.gradebook() as book:
        grade = book.find_grade("test_softmax", NAME, NAME, "ann")
        assert grade.score == pytest.approx(POINTS["softmax"])
        comment = book.find_comment("softmax", NAME, NAME, "ann")
        assert comment.comment.startswith("Excused: it earns")
    assert run(course, *words, "--undo") == cli.DONE
    assert "nobody is excused" in capsys.readouterr().out
    assert score("ann") == others
    with course.gradebook() as book:
        assert book.find_grade("test_softmax", NAME, NAME, "ann").manual_score is None
        assert not book.find_comment("softmax", NAME, NAME, "ann").comment
    assert run(course, *words[:-1], "sofmax") == cli.NOT_DONE
    assert "--problem must be one of" in capsys.readouterr().err


class Unequal(Shares):
    """All marks but those for one problem."""

    def run(self, _agreed, jobs):
        for job in jobs:
            scores = {f"test_{n}": m * (n != "softmax") for n, m in POINTS.items()}
            yield GradeResult(job.student, job.texts, {NAME: scores}, {NAME: {}})


# ---- requests


def ask(course, student: str, text: str | bytes, name: str = "regrade.txt") -> None:
    file = course.folder / "submitted" / student / NAME / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_request_is_listed_until_it_is_answered_and_a_new_one_is_open_again(graded, capsys):
    assert run(graded, "requests", NAME) == cli.DONE
    assert "0 of 0 waiting" in capsys.readouterr().out
    ask(
        graded,
        "ben",
        "\ufeffProblem 2: my answer is right\x1b[2J,\nsee the paper.\n",
        "Regrade.TXT",
    )
    assert run(graded, "report", NAME) == cli.DONE
    assert "1 asked for a second look: ffn-grade requests softmax" in capsys.readouterr().out
    run(graded, "requests", NAME)
    told = capsys.readouterr().out
    assert "UTC, 10 of 20: not answered\n  Problem 2: my answer is right" in told
    assert "\x1b" not in told
    assert "1 of 1 waiting" in told
    answer = ["requests", NAME, "--student", "ben", "--answer", "You are right: 2 marks more."]
    assert run(graded, *answer) == cli.DONE
    assert "answered: You are right: 2 marks more." in capsys.readouterr().out
    run(graded, "requests", NAME)
    assert "0 of 1 waiting" in capsys.readouterr().out
    ask(graded, "ben", "And problem 3?", "Regrade.TXT")
    run(graded, "requests", NAME)
    assert "1 of 1 waiting" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--answer", "Yes"], "--answer needs --student"),
        (["--student", "ann", "--answer", "Yes"], "ann has asked nothing about softmax"),
        (["--student", "annn"], "did you mean ann?"),
    ],
)
def test_an_answer_without_a_request_is_refused(graded, capsys, words, said):
    assert run(graded, "requests", NAME, *words) == cli.NOT_DONE
    assert said in capsys.readouterr().err


def test_a_request_that_cannot_be_read_is_told_and_costs_nobody_else(graded, capsys):
    ask(graded, "ann", b"x" * 10_001)
    ask(graded, "ben", "Please.")
    (graded.folder / "submitted" / "zoe" / NAME / "regrade.txt").symlink_to("/etc/passwd")
    assert run(graded, "requests", NAME) == cli.CARE
    told = capsys.readouterr()
    assert "ann: regrade.txt has 10 kB" in told.err
    assert "ben, " in told.out
    assert "root" not in told.out
    assert "1 of 1 waiting" in told.out

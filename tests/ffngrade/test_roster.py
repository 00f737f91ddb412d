"""Who belongs to the class, and until when who may hand in."""

import shutil
from datetime import datetime

import handed_out
import pytest
from test_grades import LATE, NAME, exported, ffn_grade, graded, hand_in

from ffngrade.cli import main as cli
from ffngrade.core.course import Course
from ffngrade.gradebook import roster
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.writer import Writer


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


def run(course, *words: str) -> int:
    return cli.main([words[0], "--course", str(course.folder), *words[1:]])


def table(course, text: str, encoding: str = "utf-8") -> str:
    path = course.folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def test_everybody_of_the_roster_is_in_every_report(course, capsys):
    text = (
        "Student;First name;Last name;E-Mail\nann;Ann;O'Brien;ann@example.org\nzoe\u0301;Zoé;;\n\n"
    )
    assert run(course, "roster", table(course, text)) == cli.DONE
    assert "2 students: 2 new, 0 changed" in capsys.readouterr().out
    assert (
        run(course, "roster", table(course, "id,last_name\nann,Smith\n", "utf-8-sig")) == cli.CARE
    )
    told = capsys.readouterr().out
    assert "1 student: 0 new, 1 changed" in told
    assert "zoé is in the course, and not in table.csv" in told
    found = exported(course)
    assert [found["ann"][key] for key in ("first_name", "last_name", "email")] == [
        "Ann", "Smith", "ann@example.org"
    ]  # fmt: skip
    assert set(found) == {"ann", "zoé"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,email\nann,x\n", "must have a column id"),
        ("id\nann\nann\n", "'ann' is there twice"),
        ("id\n../ann\n", "an id must have letters"),
        ("", "must have a column id"),
        ('id\n"' + "a" * 200_000, "line 2"),
    ],
)
def test_a_roster_that_is_none_is_told_and_nothing_is_written(course, text, said, capsys):
    assert run(course, "roster", table(course, text)) == cli.NOT_DONE
    assert said in capsys.readouterr().err
    with course.gradebook() as book:
        assert book.students == []
    assert run(course, "roster", str(course.folder / "none.csv")) == cli.NOT_DONE


def test_due_dates_and_extensions_take_effect_at_once(course, capsys):
    for name in ("ann", "ben"):
        hand_in(course, name)  # on 1 March, at 10:00
    writer = Writer(course)
    graded(course, writer)
    writer.close()
    assert run(course, "due", NAME, "2026-03-01 10:30 +0100") == cli.DONE
    assert f"{NAME}: 2026-03-01 09:30 UTC" in capsys.readouterr().out
    assert {line["score"] for line in exported(course).values()} == {"0.0"}
    text = f"assignment,due,id\n{NAME},2026-03-02 00:00,ann\n"
    assert run(course, "due", "--from", table(course, text)) == cli.DONE
    assert "ann: 2026-03-02 00:00 UTC" in capsys.readouterr().out
    found = exported(course)
    assert float(found["ann"]["score"]) > 0
    assert found["ben"]["score"] == "0.0"
    assert run(course, "due", NAME, "none", "--student", "ann") == cli.DONE
    assert exported(course)["ann"]["score"] == "0.0"
    assert run(course, "due", NAME, "none") == cli.DONE
    assert float(exported(course)["ben"]["score"]) > 0


def test_an_extension_may_come_before_the_submission(course):
    with course.gradebook() as book:
        book.update_or_create_student("ann")
    assert run(course, "due", NAME, "2026-02-01") == cli.DONE
    assert run(course, "due", NAME, "2026-04-01", "--student", "ann") == cli.DONE
    hand_in(course, "ann")
    writer = Writer(course)
    graded(course, writer)
    with course.gradebook() as book:
        assert book.find_submission(NAME, "ann").total_seconds_late == 0
    writer.close()
    assert float(exported(course)["ann"]["score"]) > 0
    with Journal.of(course) as record:
        assert record.extensions(NAME) == {"ann": datetime(2026, 4, 1)}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("due", NAME, "soon"), "a due date must be a time"),
        (("due", "poetry", "2026-02-01"), "no assignment 'poetry'"),
        (("due", NAME, "2026-02-01", "--student", "nobody"), "no student 'nobody'"),
    ],
)
def test_what_is_not_understood_is_told(course, words, said, capsys):
    assert run(course, *words) == cli.NOT_DONE
    assert said in capsys.readouterr().err


def test_the_public_seed_is_told(course, capsys):
    hand_in(course, "ann")
    ffn_grade(course, "autograde", "--jobs", "1", "--unsafe", "--student", "nobody")
    assert "the public repository" in capsys.readouterr().err
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text("utf-8").replace('"first class"', '"ours"'), "utf-8")
    ffn_grade(course, "autograde", "--jobs", "1", "--unsafe", "--student", "nobody")
    assert "the public repository" not in capsys.readouterr().err


def test_times():
    assert roster.timestamp_of("2026-03-01 12:00 +0200") == datetime(2026, 3, 1, 10)
    assert roster.timestamp_of("2026-07-01 12:00 Europe/Berlin") == datetime(2026, 7, 1, 10)
    assert roster.timestamp_of("2026-03-01 12:00") == datetime(2026, 3, 1, 12)
    assert roster.timestamp_of("None") is None
    for text in ("soon", "2026-13-01", "2026-03-01 12:00 Mars/Utopia", "1" * 40):
        with pytest.raises(roster.TableError):
            roster.timestamp_of(text)


def test_who_has_more_time_has_it_for_every_assignment(course, capsys):
    writer = Writer(course, patience=5)
    for name in ("ann", "ben"):
        hand_in(course, name)  # on 1 March at 10
    graded(course, writer)
    assert run(course, "due", NAME, "2026-02-28 09:00") == cli.DONE
    assert {name: float(exported(course)[name]["score"]) for name in ("ann", "ben")} == {
        "ann": 0, "ben": 0
    }  # fmt: skip
    assert run(course, "due", "--extra", "48h", "--student", "ann") == cli.DONE
    assert "ann: 2026-03-02 09:00 UTC" in capsys.readouterr().out
    assert float(exported(course)["ann"]["score"]) > 0
    assert float(exported(course)["ben"]["score"]) == 0
    assert run(course, "due", NAME, "2026-03-20 09:00", "--student", "ann") == cli.DONE
    assert "ann: 2026-03-20 09:00 UTC" in capsys.readouterr().out  # the later of the two
    assert run(course, "due", NAME, "none", "--student", "ann") == cli.DONE
    assert run(course, "due", NAME, "2026-02-01 09:00") == cli.DONE
    assert float(exported(course)["ann"]["score"]) == 0
    assert run(course, "due", NAME, "2026-02-28 09:00") == cli.DONE
    assert run(course, "due", "--extra", "none", "--student", "ann") == cli.DONE
    assert float(exported(course)["ann"]["score"]) == 0
    writer.close()


def test_extra_time_that_is_none(course, capsys):
    assert run(course, "due", "--extra", "48h") == cli.NOT_DONE
    hand_in(course, "ann")
    for text in ("soon", "-2d", "2", "1e9d"):
        assert run(course, "due", f"--extra={text}", "--student", "ann") == cli.NOT_DONE
        assert "such as 48h, 2d or 90m" in capsys.readouterr().err.splitlines()[-1]


def test_a_course_without_hidden_cases_is_told(course, capsys):
    config = course.folder / "nbgrader_config.py"
    named = 'c.TrustedExecute.cases = str(COURSE / "cases")'
    config.write_text(config.read_text("utf-8").replace(named, ""), "utf-8")
    hand_in(course, "ann")
    ffn_grade(course, "autograde", "--jobs", "1", "--unsafe", "--student", "nobody")
    assert "no hidden cases are asked" in capsys.readouterr().err

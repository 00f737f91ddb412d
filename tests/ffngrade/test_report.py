"""The report: every student once, nothing that a name or a sentence could do to the page."""

import re

import handed_out
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from ffngrade.core.submission import Findings, Rejection, State
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.score_summary import ScoreSummary, score_summaries
from ffngrade.intake.collect import Received
from ffngrade.reports import report
from ffngrade.reports.report import PAGES, Row, page, plain, rows, summary, table

SOFTMAX = "softmax"
NASTY = "<script>alert(1)</script>\x1b[2J\u202eevil"
CLASS = [
    Row("ann", State.GRADED, ScoreSummary(18.5, 20, 0, 0, None)),
    Row(
        "ben",
        State.GRADED,
        ScoreSummary(10, 20, 2, 1, None),
        findings=Findings(["`x` was missing"]),
    ),
    Row("cleo", State.REJECTED, ScoreSummary(5, 20, 0, 0, None), "the file is empty"),
    Row("dora", State.ABSENT),
    Row(
        "eve",
        State.GRADED,
        ScoreSummary(0, 20, 0, 0, None),
        findings=Findings([], ["the text was changed"]),
    ),
    Row("fay", State.FAILED, why="the kernel did not start"),
    Row("gus", State.RUNNING),
    Row("hal", State.RECEIVED),
    Row(NASTY, State.GRADED, ScoreSummary(1, 20, 0, 2, None), findings=Findings([], [NASTY])),
]


def test_a_sentence_counts_everybody():
    assert summary(CLASS) == (
        "4 graded, 1 not graded yet, 1 not finished, 1 failed, 1 set aside, 1 nothing handed in; "
        "1 repaired, 2 suspicious"
    )
    assert summary([]) == "no students"


def test_the_page_lists_everybody_once_and_first_what_needs_care():
    soup = BeautifulSoup(page(SOFTMAX, CLASS, ["lost.ipynb"], "today"), "html.parser")
    names = [cell.get_text() for cell in soup.select("tbody th[scope=row]")]
    assert names == [plain(row.student) for row in CLASS]
    care = soup.find(id="care").find_parent("section")
    assert [a.get_text() for a in care.select("a")] == ["cleo", "eve", "fay", plain(NASTY)]
    assert all(soup.find(id=a["href"][1:]).name == "tr" for a in care.select("a"))
    assert "lost.ipynb lies among" in care.get_text()
    cells = {row.th.get_text(): row.get_text(" ", strip=True) for row in soup.select("tbody tr")}
    assert "18.5 of 20" in cells["ann"]
    assert "10 of 20 (−2 late)" in cells["ben"]
    assert "1 answer to be marked by hand" in cells["ben"]
    assert "set aside: the file is empty" in cells["cleo"]
    assert "it still has 5 of 20 from before" in cells["cleo"]
    assert "nothing handed in" in cells["dora"]
    assert soup.code.get_text() == "x"


def test_the_page_runs_nothing_and_asks_for_nothing():
    text = page(SOFTMAX, CLASS)
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"(src|href)=\"(?!#)", text)
    soup = BeautifulSoup(text, "html.parser")
    assert soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"] == PAGES.policy
    assert soup.html["lang"] == "en"
    assert soup.select("table caption")
    assert len({tag["id"] for tag in soup.select("[id]")}) == len(soup.select("[id]"))


def test_the_table_for_a_terminal():
    text = table(CLASS)
    assert "\x1b" not in text
    for row in CLASS:
        assert any(plain(row.student)[:20] in line for line in text.splitlines())
    assert "18.5 of 20" in text
    only = table(CLASS, only_care=True)
    assert "cleo" in only
    assert "ann" not in only


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return handed_out.make_course(tmp_path_factory.mktemp("course"), SOFTMAX)


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
def test_marks_come_from_the_gradebook(course):
    with Gradebook(course.url, course.name) as book:
        for name in ("ann", "ben", "plain", "zoe"):
            book.update_or_create_student(name)
        for name, score in (("ann", 2.0), ("plain", 1.0)):
            book.update_or_create_submission(SOFTMAX, name)
            grade = book.find_grade("test_softmax", SOFTMAX, SOFTMAX, name)
            grade.auto_score, grade.needs_manual_grade = score, True
            for other in book.find_submission_notebook(SOFTMAX, SOFTMAX, name).grades:
                if other.name != "test_softmax":
                    other.auto_score, other.needs_manual_grade = 0.0, False
        book.find_submission_notebook(SOFTMAX, SOFTMAX, "ann").late_submission_penalty = 0.5
        book.db.commit()
    assert score_summaries(course.url, SOFTMAX) == {
        "ann": ScoreSummary(1.5, 20, 0.5, 1, None),
        "plain": ScoreSummary(1.0, 20, 0, 1, None),
    }
    with Journal.of(course) as record:
        rejection = Rejection("for the teacher", "For the student.")
        rejected = Findings(rejection=rejection)
        came = [
            Received("ann", State.RECEIVED, Findings(), "1"),
            Received("ben", State.REJECTED, rejected),
        ]
        record.take(SOFTMAX, came)
        record.begin(SOFTMAX, "ann")
        record.graded(SOFTMAX, "ann", 1.5, 20)
        got = rows(course, SOFTMAX, record)
        path = report.write(course, SOFTMAX, record)
        told = report.write_rejection(course, SOFTMAX, record.entry(SOFTMAX, "ben"))
        with pytest.raises(ValueError, match="set aside, got graded"):
            report.write_rejection(course, SOFTMAX, record.entry(SOFTMAX, "ann"))
    assert [(row.student, row.state, row.marks) for row in got] == [
        ("ann", "graded", "1.5 of 20 (−0.5 late)"),
        ("ben", "rejected", ""),
        ("plain", "graded", "1 of 20"),  # by nbgrader itself
        ("zoe", "absent", ""),
    ]
    assert "for the teacher" in path.read_text()
    text = told.read_text()
    assert told == course.feedback("ben", SOFTMAX) / "softmax.html"
    assert "For the student." in text
    assert "for the teacher" not in text

"""The report on a class: it finds the mistakes that a class made from the bank is known to make."""

import csv
import io
import json
import re
import shutil
from functools import cache, partial

import bank
import handed_out
import numpy as np
import pytest
from bs4 import BeautifulSoup

from ffngrade.cli import main as cli
from ffngrade.reports import class_report, item_statistics
from ffngrade.reports.item_statistics import Answer, Section, anchor, excerpt, sections, summarize
from ffngrade.sandbox import bubblewrap
from ffnlib.checks import guard
from ffnlib.checks.problem import Case
from ffnlib.checks.verdict import call, find_problem, shortfall

NAME = "softmax"
STUDENTS = 200
PROBLEMS = list(bank.points(NAME))
POINTS = {f"test_{name}": points for name, points in bank.points(NAME).items()}
EMPTY = "is not written yet (it raises NotImplementedError)"


@cache
def told(answer: bank.Answer) -> str:
    """What is said of an answer to the visible cases; nothing if they pass."""
    _, problem = find_problem(answer.problem)
    cases = [Case(*case) for case in bank.visible_cases(NAME, answer.problem)]
    try:
        found = shortfall(problem, partial(call, bank.defined(answer), problem), cases)
    finally:
        guard.restore()
    return found.mistake if found else ""


@cache
def wrong_answers(problem: str) -> list[bank.Answer]:
    """Two wrong answers of which visible cases tell different things."""
    found: dict[str, bank.Answer] = {}
    for answer in bank.answers(NAME):
        if answer.problem != problem or answer.verdict == "right" or "ffnlib" in answer.source:
            continue
        if (words := told(answer)) and not item_statistics.UNKNOWN.fullmatch(words):
            found.setdefault(item_statistics.NUMBER.sub("…", words), answer)
        if len(found) == 2:
            break
    return list(found.values())


class Class:
    """Students who solve more problems the abler they are, and make known mistakes in others."""

    def __init__(self, students: int) -> None:
        rng = np.random.default_rng(18)
        self.scores: dict[str, dict[str, float]] = {}
        self.answers: dict[str, dict[str, Answer]] = {}
        self.made: dict[tuple[str, str], set[str]] = {}  # (problem, words) -> who
        for number, ability in enumerate(rng.normal(0, 1, students)):
            student = f"s{number:03}"
            scores = self.scores[student] = {}
            answers = self.answers[student] = {}
            for place, problem in enumerate(PROBLEMS):
                hard = (place - 3) / 2
                right = rng.random() < 1 / (1 + np.exp(2 * (hard - ability)))
                scores[f"test_{problem}"] = POINTS[f"test_{problem}"] * right
                if right:
                    answers[problem] = Answer("")
                    continue
                wrong = wrong_answers(problem)
                which = wrong[rng.random() < 0.3] if len(wrong) > 1 else wrong[0]
                source = f"# {student}: mine\n{which.source}\nauthor = '{student}'\n"
                answers[problem] = Answer(source, told(which))
                self.made.setdefault((problem, told(which)), set()).add(student)


@pytest.fixture(scope="module")
def class_() -> Class:
    return Class(STUDENTS)


@pytest.fixture(scope="module")
def found(class_):
    places = sections(bank.EXERCISES / item_statistics.SECTIONS, NAME)
    return summarize(NAME, class_.scores, POINTS, class_.answers, places=places)


def test_every_known_mistake_is_found_with_all_who_made_it(class_, found):
    assert len(class_.made) >= 12
    listed = {(i.name, m.words): set(m.students) for i in found.items for m in i.mistakes}
    assert listed == class_.made
    assert all(mistake.is_named for item in found.items for mistake in item.mistakes)
    first = [len(mistake.students) for _, mistake in found.misconceptions]
    assert first == sorted(first, reverse=True)
    for item in found.items:
        expected = {a.message for a in wrong_answers(item.name)}
        for mistake in item.mistakes:
            assert any(message in mistake.words for message in expected), mistake.words


def test_excerpts_are_of_those_answers_and_anonymous(found):
    for item in found.items:
        for mistake in item.mistakes:
            assert 1 <= len(mistake.excerpts) <= 2
            for code in mistake.excerpts:
                assert f"def {item.name}" in code
                assert not re.search(r"s\d\d\d", code)
                assert "#" not in code


def test_the_numbers_are_those_of_test_theory(class_, found):
    assert [item.name for item in found.items] == PROBLEMS
    table = np.array([[row[cell] for cell in POINTS] for row in class_.scores.values()])
    total = table.sum(axis=1)
    for j, item in enumerate(found.items):
        share = table[:, j] / item.points
        assert item.difficulty == pytest.approx(share.mean())
        assert item.solved == share.sum()
        assert item.correlation == pytest.approx(np.corrcoef(share, total - table[:, j])[0, 1])
        assert 0.1 < item.correlation < 0.9  # the abler solve more
        assert item.discrimination > 0.2
    hard = [item.difficulty for item in found.items]
    assert hard == sorted(hard, reverse=True)
    k = table.shape[1]
    alpha = k / (k - 1) * (1 - table.var(0, ddof=1).sum() / total.var(ddof=1))
    assert found.alpha == pytest.approx(alpha)
    assert [round(one.share * found.most, 6) for one in found.in_need] == sorted(
        round(one, 6) for one in total if one < found.most / 2
    )


def test_the_pages_say_so_and_run_nothing(found):
    page, sheet = class_report.page(found), class_report.sheet(found)
    for text in (page, sheet):
        soup = BeautifulSoup(text, "html.parser")
        assert "<script" not in text
        assert not re.search(r"(src|href)=\"(?!#)", text)
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
        assert policy == class_report.PAGES.policy
        assert not soup.select("[style]")
        assert all(svg["role"] == "img" and svg["aria-label"] for svg in soup.select("svg"))
    for _, mistake in found.misconceptions:
        assert f"{len(mistake.students)} of {STUDENTS}" in BeautifulSoup(page, "html.parser").text
    assert "chapter 4, “Subtract the maximum”" in page
    assert "s017" in page
    assert not re.search(r"s\d\d\d", sheet)  # it is shown to the class
    drawn = BeautifulSoup(sheet, "html.parser").select("svg .count")
    assert sum(int(one.text) for one in drawn) == STUDENTS


def test_the_tables_hold_the_same(class_, found):
    rows = list(csv.DictReader(io.StringIO(class_report.item_table(found))))
    assert [row["problem"] for row in rows] == PROBLEMS
    assert float(rows[0]["difficulty"]) == pytest.approx(found.items[0].difficulty, abs=5e-4)
    mistakes = list(csv.DictReader(io.StringIO(class_report.mistake_table(found))))
    assert {(r["problem"], r["mistake"]): set(r["who"].split()) for r in mistakes} == class_.made


def test_few_students_or_equal_ones_give_no_numbers():
    one = {"ann": {"test_softmax": 2.0}}
    found = summarize(NAME, one, {"test_softmax": 2.0}, {})
    assert found.is_small
    assert (found.items[0].discrimination, found.items[0].correlation, found.alpha) == (None,) * 3
    assert "these numbers say little" in class_report.page(found)
    assert "everybody solved it" in class_report.page(found)
    nothing = summarize(NAME, {}, {"test_softmax": 2.0}, {})
    assert "0 graded students" in class_report.page(nothing)


def test_what_was_left_empty_is_no_mistake():
    scores = {s: {"test_softmax": 0.0} for s in "abc"}
    answers = {s: {"softmax": Answer("def softmax(): ...", f"softmax {EMPTY}")} for s in "ab"}
    answers["c"] = {"softmax": Answer("x = = 1", "softmax is wrong")}
    item = summarize(NAME, scores, {"test_softmax": 2.0}, answers).items[0]
    assert item.empty == 2
    assert [(m.students, m.is_named) for m in item.mistakes] == [(("c",), False)]


def test_marks_that_are_still_to_be_given_are_left_out():
    scores = {"ann": {"test_softmax": 2.0}, "ben": {"test_softmax": 0.0, "prove": 3.0}}
    found = summarize(NAME, scores, {"test_softmax": 2.0, "prove": 4.0}, {})
    assert [item.graded for item in found.items] == [2, 1]


def test_excerpts():
    code = 'def f(x):\n    """By Ann Lee."""\n    # Ann\n    return x  # ann\nby = "ann lee"\n'
    assert excerpt(code, ("ann", "Lee")) == "def f(x):\n    return x\nby = '… …'"
    assert excerpt("def f(:  # Ann\n  1", ()) == "def f(:\n  1"
    assert excerpt("x = 1\n" * 99).count("\n") == item_statistics.LONGEST
    assert excerpt('def f():\n    "only words"\n') == "def f():\n    pass"


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_each_problem_leads_to_a_section_that_the_book_has(assignment):
    places = sections(bank.EXERCISES / item_statistics.SECTIONS, assignment)
    assert set(places) == {*bank.points(assignment), *bank.by_hand(assignment)}
    for place in places.values():
        text = (bank.EXERCISES.parent / "chapters" / f"{place.chapter}.md").read_text()
        assert re.search(rf"^###? {re.escape(place.heading)}$", text, re.MULTILINE), place


def test_links_into_the_book(tmp_path):
    path = tmp_path / "sections.toml"
    assert sections(path, "moe") == {}
    path.write_text(
        'book = "https://example.org/ffn/"\n[moe]\nchapter = "06_moe"\nroute = "Where? Here: 8/3"\n'
    )
    assert anchor("Where? Here: 8/3") == "where-here-8-3"
    place = Section("06_moe", "Where? Here: 8/3", "https://example.org/ffn/chapters/06_moe.html")
    assert sections(path, "moe")["route"].words == place.words == "chapter 6, “Where? Here: 8/3”"
    assert sections(path, "moe")["route"].address == f"{place.address}#where-here-8-3"
    path.write_text("[moe")
    with pytest.raises(ValueError, match=r"sections\.toml cannot be read"):
        sections(path, "moe")


OBSTACLE = bubblewrap.obstacle()


@pytest.mark.slow
@pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}")
def test_a_class_graded_in_the_sandbox(tmp_path, capsys):
    """From notebooks to the report, by the commands."""
    planted = {"eve": wrong_answers("softmax")[0], "fay": wrong_answers("softmax")[0]}
    course = handed_out.make_course(tmp_path / "course", NAME)
    shutil.copy(bank.EXERCISES / item_statistics.SECTIONS, course.folder)
    where = ["--course", str(course.folder)]
    assert cli.main(["statistics", NAME, *where]) == cli.NOT_DONE
    assert "ffn-grade autograde" in capsys.readouterr().err
    for student in ("ann", "ben", "eve", "fay"):
        nb = handed_out.solved(NAME)
        if student in planted:
            handed_out.cell_of(nb, "softmax").source = planted[student].source
        folder = course.folder / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(nb))
    assert cli.main(["autograde", NAME, *where, "--quiet", "--jobs", "2"]) == cli.DONE
    assert cli.main(["statistics", NAME, *where]) == cli.DONE
    said = capsys.readouterr().out
    assert "2 of 4" in said
    rows = (course.folder / "reports" / f"{NAME}-mistakes.csv").read_text()
    (row,) = csv.DictReader(io.StringIO(rows))
    assert planted["eve"].message in row["mistake"]
    assert (row["problem"], row["who"], row["book"][:9]) == ("softmax", "eve fay", "chapter 4")
    page = (course.folder / "reports" / f"{NAME}-statistics.html").read_text()
    assert "Along an axis" in page

"""Answers that are alike: copies are found whatever things are called, honest work is not."""

import ast
import json

import bank
import handed_out
import pytest
from bs4 import BeautifulSoup

from ffngrade.core.course import Course
from ffngrade.reports import similarity
from ffngrade.reports.similarity import pairs, pieces

NAME = "softmax"
UNUSUAL = '''
def logsumexp(z, axis):
    """Mine."""
    parts = np.moveaxis(np.asarray(z, dtype=float), axis, 0)
    total, largest = np.zeros(parts.shape[1:]), np.full(parts.shape[1:], -np.inf)
    for part in parts:
        new = np.where(part > largest, part, largest)
        total = total * np.exp(largest - new) + np.exp(part - new)
        largest = new
    return largest + np.log(total)
'''
COPY = """
# all my own work
def logsumexp(scores, ax):
    rows = np.moveaxis(np.asarray(scores, dtype=float), ax, 0)
    acc, top = np.zeros(rows.shape[1:]), np.full(rows.shape[1:], -np.inf)

    for r in rows:
        t2 = np.where(r > top, r, top)
        acc = acc * np.exp(top - t2) + np.exp(r - t2)
        top = t2
    answer = top + np.log(acc)
    return answer
"""


class Renamed(ast.NodeTransformer):
    """Gives all arguments and variables other names."""

    def __init__(self, mark: int) -> None:
        self.mark = mark

    def visit_Name(self, node):
        if node.id not in ("np", "math", "len", "range", "sum", "max", "zip", "float", "enumerate"):
            node.id = f"{node.id}_{self.mark}"
        return node

    def visit_arg(self, node):
        node.arg = f"{node.arg}_{self.mark}"
        return node


def renamed(source: str, mark: int) -> str:
    return ast.unparse(Renamed(mark).visit(ast.parse(source)))


@pytest.fixture(scope="module")
def honest() -> dict[str, dict[str, str]]:
    """Forty students who solve each problem in one of the ways that the bank knows."""
    right: dict[str, list[str]] = {}
    for answer in bank.answers(NAME):
        if answer.verdict == "right" and len(right.setdefault(answer.problem, [])) < 8:
            right[answer.problem].append(answer.source)
    return {
        f"s{i:02}": {name: renamed(ways[i % len(ways)], i) for name, ways in right.items()}
        for i in range(40)
    }


def test_names_comments_and_docstrings_do_not_matter():
    assert pieces(UNUSUAL) & pieces(COPY)
    assert pieces(renamed(UNUSUAL, 1)) == pieces(UNUSUAL)
    assert pieces("def f(:") == pieces("") == pieces("x") == frozenset()
    assert pieces(UNUSUAL) != pieces(UNUSUAL.replace("part - new", "part + new"))


def test_honest_answers_are_not_asked_about(honest):
    assert pairs(honest) == []


def test_a_copy_is_found_and_nobody_else(honest):
    class_ = {**honest, "eve": {"logsumexp": UNUSUAL}, "fay": {"logsumexp": COPY}}
    (found,) = pairs(class_)
    assert (found.left, found.right) == ("eve", "fay")
    (alike,) = found.found
    assert alike.share > 0.7
    assert not alike.same_names
    assert pairs(class_, known=[UNUSUAL]) == []  # everybody had it
    (found,) = pairs({**class_, "fay": {"logsumexp": UNUSUAL.replace("Mine", "My own")}})
    assert found.found[0].same_names


def test_a_copy_from_an_earlier_class(honest):
    earlier = {"old, 2025": {"logsumexp": UNUSUAL}, "older, 2025": {"logsumexp": COPY}}
    (found, other) = pairs({**honest, "eve": {"logsumexp": COPY}}, earlier=earlier)
    assert {found.left, other.left} == {"eve"}
    assert {found.right, other.right} == {"old, 2025 (earlier)", "older, 2025 (earlier)"}


def test_the_report_shows_both_and_accuses_nobody(tmp_path):
    course = handed_out.make_course(tmp_path / "course", NAME)
    for student, source in {"eve": UNUSUAL, "fay": COPY, "gus": "<script>1</script>"}.items():
        nb = handed_out.solved(NAME)
        handed_out.cell_of(nb, "logsumexp").source = source
        folder = course.autograded(student, NAME)
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(nb))
        (course.folder / "submitted" / student / NAME).mkdir(parents=True)
    again = Course(course.folder)
    found = similarity.collect(again, NAME)
    page = similarity.write(again, NAME, found).read_text()
    assert ("eve", "fay") in [(pair.left, pair.right) for pair in found]
    soup = BeautifulSoup(page, "html.parser")
    assert [pre.text.strip() for pre in soup.select("pre")] == [UNUSUAL.strip(), COPY.strip()]
    assert "Log-sum-exp" in page
    assert "ask before you conclude anything" in " ".join(soup.text.split())
    for word in ("plagiar", "cheat", "guilty", "<script"):
        assert word not in page.lower()

"""Feedback: what of a submission may be shown, and how."""

import hashlib
import json
import time
from base64 import b64decode, b64encode
from datetime import datetime
from html.parser import HTMLParser

import bank
import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ffngrade.gradebook.journal import Request
from ffngrade.gradebook.marks import Marks
from ffngrade.grading import differences
from ffngrade.intake.release import titles
from ffngrade.reports import maths
from ffngrade.reports.feedback import PAGES, page
from ffngrade.reports.html_sanitizer import harmless, markdown, pathless, text
from ffngrade.reports.maths import drawn
from ffngrade.reports.outputs import shown
from ffngrade.reports.pages import TEMPLATES
from ffngrade.reports.room import LEAST, MOST_WORK, Room
from ffnlib.checks.problem import Case, Problem


class Elements(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


ALLOWED = {"class", "href", "rel", "src", "alt", "width", "height", "start", "colspan", "rowspan",
           "align"}  # fmt: skip


def is_harmless(html):
    for tag, named in Elements(html).found:
        if tag in maths.TAGS:
            assert set(named) <= maths.ATTRIBUTES, (tag, named)
            continue
        assert tag in {"a", "img", "table", "td", "p", "div", "pre", "b", "i", "em", "span", "code"}
        assert set(named) <= ALLOWED, (tag, named)
        assert named.get("href", "https://").startswith(("https://", "http://", "mailto:"))
        assert named.get("src", "data:image/").startswith("data:image/")
    return True


PIECES = st.lists(
    st.sampled_from(
        ["<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg onload=x>", "<style>",
         "-->", "<!--", "<math>", "<mtext>", "$", "$$", "\\text{", "}", "`", "[a](javascript:x)",
         "<a href='", "'>", '">', "<p title='", "<noscript>", "x", "\n\n", "&lt;script&gt;", "<",
         "{{ 7*7 }}"]
    ),
    max_size=12,
)  # fmt: skip


@given(PIECES)
def test_whatever_is_written_is_harmless(pieces):
    source = "".join(pieces)
    assert is_harmless(markdown(source))
    assert is_harmless(harmless(source))
    assert is_harmless(drawn(source))
    assert is_harmless(text(source))


def test_honest_markdown_is_kept():
    made = markdown(
        "# Title\n\n**bold** $x_1$ <br>\n\n| a |\n|---|\n| 1 |\n\n[b](https://example.org)"
    )
    for part in ("<h1>Title</h1>", "<strong>bold</strong>", "<msub>", "<br>", "<td>1</td>",
                 'href="https://example.org"'):  # fmt: skip
        assert part in made


def test_every_formula_of_the_exercises_is_drawn():
    for assignment in bank.ASSIGNMENTS:
        for cell in bank.source_notebook(assignment)["cells"]:
            if cell["cell_type"] == "markdown":
                source = bank.text_of(cell)
                made = markdown(source)
                assert "$" not in made
                assert made.count("<code>\\") == 0


def test_a_formula_that_is_none_is_shown_as_it_was_written():
    assert drawn("\\frac") == "<code>\\frac</code>"
    assert drawn("x" * 3000) == f"<code>{'x' * 3000}</code>"
    assert "<script" not in drawn("\\text{<script>1</script>}")


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("File /usr/lib/python3.11/site-packages/numpy/a.py:5, in inv", "File …/a.py:5, in inv"),
        ("File \x1b[32m/home/me/x/a.py\x1b[39m", "File \x1b[32m…/a.py\x1b[39m"),
        ("at ~/course/cases/neurons.py", "at …/neurons.py"),
        ("C:\\Users\\me\\a.py", "…/a.py"),
        ("3/4 and/or https://example.org/a/b", "3/4 and/or https://example.org/a/b"),
    ],
)
def test_of_a_path_the_last_name_is_left(said, left):
    assert pathless(said) == left


def test_of_outputs_what_can_be_shown_is_shown():
    def display(**data):
        return shown(
            new_output("display_data", data={k.replace("_", "/"): v for k, v in data.items()})
        )

    picture = b64encode(b"\x89PNG").decode()
    assert f"data:image/png;base64,{picture}" in display(image_png=picture)
    assert display(image_png='x" onerror="alert(1)') == ""
    assert "<b>x</b>" in display(text_html="<b>x</b><script>1</script>", text_plain="x")
    assert "plain" in display(text_html="<script>1</script>", text_plain="plain")
    assert display(application_javascript="alert(1)") == ""
    drawing = shown(
        {"output_type": "display_data", "data": {"image/svg+xml": "<svg><script/></svg>"}}
    )
    assert drawing.startswith("<img ")
    assert shown({"output_type": "error", "ename": "E", "evalue": "<b>"}).count("&lt;b&gt;") == 1
    assert shown({"output_type": "display_data", "data": 5}) == ""


@pytest.mark.parametrize(
    "source",
    ["[" * 10_000, "\\begin{a}" * 1_100, "*a **b " * 1_400, "> " * 5_000, "x" + " " * 9_990 + "y",
     "<div>" * 2_000, "$" * 9_999, "|a" * 5_000 + "\n" + "|-" * 5_000],
)  # fmt: skip
def test_odd_text_does_not_take_for_ever(source):
    begun = time.process_time()
    markdown(source)
    assert time.process_time() - begun < 10


def a_page(**verdict):
    known = {"grade": True, "solution": False, "grade_id": "test_softmax", "points": 2}
    test = new_code_cell("checks.verify(...)", metadata={"nbgrader": known})
    test.outputs = [new_output(**verdict)]
    theirs = new_code_cell("def softmax(z):\n    return '</pre><script>'")
    marks = Marks(0.0, 4.0, 0.5, {"test_softmax": (0.0, 2.0)}, frozenset(), {})
    return page(new_notebook(cells=[theirs, test]), marks, "softmax")


def test_the_page_says_what_failed_and_why():
    words = (
        "softmax, case 1 of 4: the sums are not 1\n  called with z = [1. 2.]\n  returned [1. 1.]"
    )
    html = a_page(output_type="error", ename="CheckFailed", evalue=words, traceback=[words])
    assert "softmax, case 1 of 4: the sums are not 1" in html
    assert "called with z = [1. 2.]" in html
    assert "0 of 2" in html
    assert "0.5 taken off because it came late" in html
    assert "checks.verify" not in html
    assert "&lt;/pre&gt;&lt;script&gt;" in html


@pytest.mark.parametrize("answer", ["", "You are right.\nTwo marks more."])
def test_the_page_shows_a_request_and_its_answer(answer):
    marks = Marks(0.0, 4.0, 0.0, {}, frozenset(), {})
    request = Request("<b>Please</b> look at problem 2.", "2026-12-01 10:00:00", answer)
    html = page(new_notebook(), marks, "softmax", request=request)
    assert "&lt;b&gt;Please&lt;/b&gt; look at problem 2." in html
    assert ("nobody has answered" in html) == (not answer)
    assert answer in html
    assert "Your request" not in page(new_notebook(), marks, "softmax")


def test_the_policy_lets_the_page_s_own_style_in_and_nothing_else():
    html = a_page(output_type="stream", name="stdout", text="4 visible cases passed\n")
    style = (TEMPLATES / "feedback.css").read_text(encoding="utf-8")
    digest = PAGES.policy.split("sha256-")[1].rstrip("'")
    assert b64decode(digest) == hashlib.sha256(style.encode()).digest()
    assert f"<style>{style}</style>" in html
    assert "script-src" not in PAGES.policy
    assert "default-src 'none'" in PAGES.policy
    assert "://" not in html.replace("http://www.w3.org/1998/Math/MathML", "")


# ---- bounded work


def size_of(notebook) -> int:
    return len(json.dumps(notebook, ensure_ascii=False))


def page_of(*cells) -> tuple[str, int]:
    notebook = new_notebook(cells=list(cells))
    marks = Marks(0.0, 4.0, 0, {}, frozenset(), {})
    return page(notebook, marks, "softmax"), size_of(notebook)


def html(text: str):
    return new_output("display_data", data={"text/html": text, "text/plain": "instead"})


NESTED = "<ul><li>" * 24_800
HEAVY = {
    "nested lists": lambda: [new_code_cell("x", outputs=[html(NESTED)]) for _ in range(5)],
    "elements": lambda: [new_code_cell("x", outputs=[html("<b>" * 4_900)] * 10) for _ in range(20)],
    "one picture often": lambda: [
        new_markdown_cell(
            "![](attachment:a)" * 580, attachments={"a": {"image/png": "AAAA" * 125_000}}
        )
    ],
    "formulas": lambda: [new_markdown_cell("$x$ " * 2_400) for _ in range(400)],
    "ampersands": lambda: [new_markdown_cell("&" * 9_990) for _ in range(400)],
    "emphasis": lambda: [new_markdown_cell("_a_*" * 2_400) for _ in range(400)],
    "colours": lambda: [
        new_code_cell("x", outputs=[new_output("stream", text="\x1b[31ma" * 9_000)] * 50)
    ],
    "code": lambda: [new_code_cell('"&<' * 300_000)],
}


@pytest.mark.parametrize("kind", HEAVY)
def test_a_page_has_an_end(kind):
    made, size = page_of(*HEAVY[kind](), new_markdown_cell("what comes last"))
    assert len(made) <= max(2 * size, LEAST) + len(page_of()[0])
    assert "what comes last" not in made or kind in ("nested lists", "one picture often")


def test_where_a_page_ends_it_is_said_once():
    made, _ = page_of(*[new_markdown_cell("_a_*" * 2_400) for _ in range(100)])
    assert made.count("cut here") == 1
    made, _ = page_of(new_markdown_cell("short"), new_code_cell("1"))
    assert "cut here" not in made


def test_work_is_counted_before_it_is_done():
    room = Room(10)
    done = []
    assert room.take(MOST_WORK, lambda: done.append(1) or "first") == "first"
    assert "cut here" in room.take(1, lambda: done.append(2) or "second")
    assert room.take(0, lambda: done.append(3) or "third") == ""
    assert done == [1]
    assert "cut here" in Room(10).take(0, lambda: "x" * LEAST)


def test_html_that_is_too_much_is_not_laid_out():
    assert harmless("<b>" * 6_000) == ""
    assert harmless("<div>" * 200) == ""
    assert harmless("<p>" * 2_000)
    deep = "<i>" * 99 + '<img alt="</i><b>" src="x">' + "</i>" * 99
    assert harmless(deep)
    assert shown(html(NESTED)) == '<pre class="out">instead</pre>'
    assert "&lt;div&gt;" in markdown("<div>" * 200)


# ---- what the page says of whom


def a_whole_page(**changes) -> BeautifulSoup:
    known = {"grade": True, "solution": False, "grade_id": "test_softmax", "points": 2}
    test = new_code_cell("checks.verify(...)", metadata={"nbgrader": known})
    table = "<table><caption>Case 1 of 4</caption><tr><td><mark>2</mark></td></tr></table><script>"
    test.outputs = [
        new_output("display_data", data={"text/html": table}),
        new_output("error", ename="CheckFailed", evalue="wrong\n9 of 10 cases", traceback=[]),
    ]
    known = {"grade": True, "solution": True, "grade_id": "prove", "points": 4}
    proof = new_markdown_cell("My proof.", metadata={"nbgrader": known})
    marks = Marks(
        **{
            "score": 0.0, "max_score": 6.0, "late": 0, "waiting": frozenset({"prove"}),
            "comments": {},
            "cells": {"test_softmax": (0.0, 2.0), "prove": (0.0, 4.0)},
            "student": "Ann O'Brien (ann)", "timestamp": datetime(2026, 3, 1, 10, 0), **changes,
        }
    )  # fmt: skip
    titles = {"test_softmax": "1. Step by step", "prove": "2. Prove it"}
    made = page(new_notebook(cells=[proof, test]), marks, "softmax", titles, "first")
    return BeautifulSoup(made, "html.parser")


def test_the_page_says_whose_it_is_when_it_came_and_which_attempt_counts():
    head = " ".join(a_whole_page().header.get_text(" ").split())
    assert "Ann O'Brien (ann) · handed in 1 March 2026, 10:00 UTC · this page was made" in head
    assert "the one called first counts" in head


def test_problems_have_the_numbers_and_titles_of_the_statement():
    soup = a_whole_page()
    assert [th.get_text() for th in soup.select("tbody th[scope=row]")] == [
        "2. Prove it", "1. Step by step"
    ]  # fmt: skip
    assert [h3.contents[0].strip() for h3 in soup.select(".verdict h3")] == [
        "2. Prove it", "1. Step by step"
    ]  # fmt: skip


def test_what_nobody_has_marked_is_not_zero():
    soup = a_whole_page()
    assert "0 of 2 marks, and 4 more not yet marked" in " ".join(soup.header.get_text().split())
    row = soup.select("tbody tr")[0].get_text(" ", strip=True)
    assert row == "2. Prove it – of 4 not yet marked"
    cells = {"prove": (3.0, 4.0)}
    left = a_whole_page(waiting=frozenset(), cells={"prove": (0.0, 4.0)})
    assert "0 of 4 left as it was" in left.select("tbody tr")[0].get_text(" ", strip=True)
    mine = frozenset({"prove"})
    marked = a_whole_page(waiting=frozenset(), marked=mine, cells=cells, score=3.0)
    assert "3 of 4 marked by a person" in marked.select("tbody tr")[0].get_text(" ", strip=True)
    changed = a_whole_page(marked=frozenset({"prove"}), cells={"prove": (3.0, 4.0)}, score=3.0)
    assert "looked at again" in changed.select("tbody tr")[0].get_text()


def test_what_differs_is_shown_and_can_do_nothing():
    soup = a_whole_page()
    assert soup.select_one(".difference mark").get_text() == "2"
    assert not soup.select("script")


def test_titles_are_those_of_the_release():
    found = titles((bank.EXERCISES / "source" / "neurons",), "neurons")
    assert found["test_compose"] == "1. Two affine maps make one"
    assert found["prove"] == "2. Prove it"
    assert titles((bank.EXERCISES / "nowhere",), "neurons") == {}


@pytest.mark.parametrize(
    ("wanted", "got", "marked"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.5, 3.0], ["2.5"]),
        ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, np.nan]], ["1", "nan"]),
        (2.0, 2.00001, ["2.00001"]),
        ([1.0], [1.000002], ["1.000002"]),
    ],
)
def test_entries_that_differ_are_marked(wanted, got, marked):
    kind = "number" if isinstance(wanted, float) else "array"
    problem = Problem("f", {}, {"out": kind}, lambda *_: None)
    parts = {"out": np.asarray(got) if kind == "array" else got}
    html = differences.table(problem, Case({}, wanted), parts, "Case 1 of 1")
    found = [mark.get_text() for mark in BeautifulSoup(html, "html.parser").select("mark")]
    assert [text[:8] for text in found] == marked
    assert harmless(html)


def test_of_a_large_value_the_first_entry_that_differs_is_shown():
    problem = Problem("f", {}, {"out": "array"}, lambda *_: None)
    got = np.zeros((20, 20))
    got[3, 7] = 5
    html = differences.table(problem, Case({}, np.zeros((20, 20))), {"out": got}, "x")
    assert "… [3, 7] = 5 …" in html
    html = differences.table(problem, Case({}, np.zeros(3)), {"out": np.zeros((3, 1))}, "x")
    assert "of shape (3, 1)" in html
    other = Problem("f", {}, {"w": "vector"}, lambda *_: None, expected={"y": "vector"})
    assert differences.table(other, Case({}, [1.0]), {"w": np.zeros(2)}, "x") == ""


def test_numbers_that_no_float_holds_have_no_table():
    problem = Problem("f", {}, {"out": "integer"}, lambda *_: None)
    assert differences.table(problem, Case({}, 3), {"out": 10**400}, "x") == ""
    assert "<mark>4</mark>" in differences.table(problem, Case({}, 3), {"out": 4}, "x")

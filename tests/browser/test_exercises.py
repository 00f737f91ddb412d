"""An assignment solved on its page: what Check says, what is kept, what is handed in."""

import contextlib
import io
import os
import re
from collections.abc import Iterator
from typing import Any

import bank
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Reader
from browser.serving import Server
from ffnlib import checks
from ffnlib.checks.guard import restore

WHOLE = os.environ.get("FFN_WHOLE_BANK", "") not in {"", "0"}
PART = {"moe": 4, "neurons": 5}  # of the answers to each problem, when not all are asked
RIGHT = "def compose(A, a, B, b):\n    return B @ A, B @ a + b\n"
WRONG = "def compose(A, a, B, b):\n    return B @ A, a + b\n"


def opened(reader: Reader, served: Server, assignment: str = "neurons", **options: Any) -> Page:
    page = reader.open(f"{served.url}chapters/exercises/{assignment}.html", wait=False, **options)
    page.wait_for_selector(".ffn-assignment[data-ready]")
    return page


def box_of(page: Page, problem: str) -> Locator:
    return page.locator(f'.ffn-solve[data-problem="{problem}"]')


def button(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name, exact=True)


def check(page: Page, problem: str, answer: str | None = None) -> Locator:
    """Write an answer, choose Check, and return the place of the report once it is there."""
    box = box_of(page, problem)
    before = int(box.get_attribute("data-checks") or 0)
    if answer is not None:
        box.locator("textarea").fill(answer)
    button(box, "Check").click()
    expect(box).to_have_attribute("data-checks", str(before + 1))
    return box.locator(".ffn-report")


def verdict(answer: bank.Answer) -> str:
    """What the checks say of an answer in CPython, with the visible cases."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            function = bank.defined(answer)
        with contextlib.redirect_stdout(printed):
            cases = bank.visible_cases(answer.assignment, answer.problem)
            checks.verify(answer.problem, function, cases)
    except checks.CheckFailed as failed:
        return str(failed)
    finally:
        restore()
    return printed.getvalue().rstrip()


def some(assignment: str) -> Iterator[bank.Answer]:
    """The answers that are typed: a few to each problem, or all."""
    seen: dict[str, int] = {}
    for answer in bank.answers(assignment):
        seen[answer.problem] = seen.get(answer.problem, 0) + 1
        if WHOLE or seen[answer.problem] % max(1, PART.get(assignment, 1)) == 1:
            yield answer


# --- what Check says -----------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS if WHOLE else tuple(PART))
def test_check_says_what_the_checks_say(reader: Reader, served: Server, assignment: str) -> None:
    page = opened(reader, served, assignment)
    differ = []
    for answer in some(assignment):
        report = check(page, answer.problem, answer.source)
        said, wanted = report.locator(".ffn-message").text_content(), verdict(answer)
        if said != wanted:
            differ.append((answer.name, said, wanted))
        passed = re.match(r"\d+ visible cases? passed", wanted) is not None
        expect(report.locator(".ffn-report-head")).to_contain_text(
            "✓ Passed" if passed else "✗ Not passed"
        )
    assert differ == []
    assert reader.complaints == []
    assert reader.foreign == []

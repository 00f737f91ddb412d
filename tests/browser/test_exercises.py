"""An assignment solved on its page: what Check says, what is kept, what is handed in."""

import contextlib
import copy
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bank
import handed_out
import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING, Reader
from browser.serving import Server
from browser.test_offline import KEPT
from browser.test_pages import FRAMES, LEVELS, TRANSITIONS, violations
from ffngrade.cli import main as cli
from ffngrade.sandbox import bubblewrap, kernel, prefork
from ffnlib import checks
from ffnlib.checks.guard import restore
from ffnlib.checks.verdict import undefined

WHOLE = os.environ.get("FFN_WHOLE_BANK", "") not in {"", "0"}
PART = {"moe": 4, "neurons": 5}  # of the answers to each problem, when not all are asked
NUMBER = re.compile(r"\d+\.?\d*(?:e[+-]?\d+)?")
NUMPY = re.compile("only (?:length-1|0-dimensional) arrays")  # 2.0 in the page, newer here
SIGNS = "low_rank"
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
    return box.locator(".ffn-outcome")


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
    except ImportError:  # the cell itself imports what the notebook disables
        return undefined(answer.problem)
    finally:
        restore()
    return printed.getvalue().rstrip()


def same(problem: str, said: str | None, wanted: str) -> bool:
    """Whether two messages are one, but for the last digits of numbers and words of NumPy's own.

    Singular vectors may have either sign: of what they become only the verdict is compared.
    """
    texts = [NUMPY.sub("", text) for text in (said or "", wanted)]
    if problem == SIGNS:
        texts = [text.partition("\n")[0] for text in texts]
    words = [NUMBER.sub("#", text) for text in texts]
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in texts]
    alike = problem == SIGNS or numbers[0] == pytest.approx(numbers[1], rel=1e-7, abs=1e-9)
    return words[0] == words[1] and alike


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
        if not same(answer.problem, said, wanted):
            differ.append((answer.name, said, wanted))
        passed = re.match(r"\d+ visible cases? passed", wanted) is not None
        expect(report.locator(".ffn-outcome-head")).to_contain_text(
            "✓ Passed" if passed else "✗ Not passed"
        )
    assert differ == []
    assert reader.complaints == []
    assert reader.foreign == []


def test_an_assignment_that_was_solved_before_is_there_without_a_network(
    reader: Reader, served: Server
) -> None:
    page = opened(reader, served)
    assert "Passed" in (check(page, "compose", RIGHT).text_content() or "")
    keep = json.loads(page.locator("#ffn-config").text_content() or "")["offline"]["keep"]
    assert any("code_worker.js" in name for name in keep)
    assert page.evaluate(KEPT, [page.url, *keep]) == []
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector(".ffn-assignment[data-ready]")
    expect(box_of(page, "compose").locator("textarea")).to_have_value(RIGHT)
    expect(check(page, "compose", WRONG)).to_contain_text("Not passed")
    assert reader.complaints == []


# --- what must not break the page ----------------------------------------------------------------

BODY = "def compose(A, a, B, b):\n    "
HOSTILE = {
    "recursion": (f"{BODY}return compose(A, a, B, b)", "RecursionError|nested too deeply"),
    "input": (f"{BODY}return input('?')", "calls input"),
    "exit": (f"{BODY}exit()", "SystemExit"),
    "exit in the cell": ("import sys\nsys.exit()", "not defined"),
    "memory": (f"{BODY}return np.ones(10**9) @ A", "MemoryError|too big"),
    "hoard": (f"{BODY}x = []\n    while True: x.append(bytearray(10**8))", "MemoryError|memory"),
    "close": (f"import js\njs.close()\n{RIGHT}", "3 visible cases passed"),
    "forge": (f"import js\njs.postMessage('done')\n{BODY}return 1", "compose, case 1 of 3"),
    "document": (f"{BODY}import js\n    js.document.body.remove()", "AttributeError"),
    "much text": ("print('x' * 10_000_000)", "more characters were printed"),
    "surrogate": (f"print('\\ud800')\n{RIGHT}", "3 visible cases passed"),
    "markup": ("print('<img src=x onerror=pwned=1>')", "<img src=x"),
}


def test_what_an_answer_does_leaves_the_page_and_the_answer(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    for what, (answer, said) in HOSTILE.items():
        report = check(page, "compose", answer)
        assert re.search(said, report.text_content() or ""), (what, report.text_content())
        assert box_of(page, "compose").locator("textarea").input_value() == answer
    expect(check(page, "compose", RIGHT)).to_contain_text("3 visible cases passed")
    assert page.evaluate("window.pwned") is None
    assert reader.complaints == []


def test_stop_ends_what_does_not_end(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    box = box_of(page, "compose")
    answer = "while True: print('again')"
    box.locator("textarea").fill(answer)
    button(box, "Check").click()
    expect(box.locator(".ffn-state")).to_contain_text("Still running")
    button(box, "Stop").click()
    expect(box.locator(".ffn-outcome")).to_contain_text("your answer is kept")
    expect(button(box, "Check")).to_be_enabled()
    assert box.locator("textarea").input_value() == answer
    expect(check(page, "compose", RIGHT)).to_contain_text("3 visible cases passed")


def test_a_spared_line_is_asked_before_python_is_loaded(reader: Reader, served: Server) -> None:
    page = opened(reader, served, script=SAVING)
    box = box_of(page, "compose")
    box.locator("textarea").fill(RIGHT)
    button(box, "Check").click()
    expect(box.locator(".ffn-outcome")).to_contain_text("about 9 MB")
    expect(button(box, "Load Python and check")).to_be_enabled()
    assert [url for url in reader.asked if re.search(r"code_worker|pyodide|\.whl", url)] == []


def test_without_python_the_answer_is_kept_and_handed_in(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    page.context.route("**/pyodide/**", lambda route: route.abort())
    report = check(page, "compose", RIGHT)
    expect(report).to_contain_text("Python could not be loaded. Your answer is kept")
    with page.expect_download() as waiting:
        button(page, "Download my notebook").first.click()
    made = json.loads(Path(waiting.value.path()).read_text("utf8"))
    written = {
        c["metadata"].get("nbgrader", {}).get("grade_id"): c["source"] for c in made["cells"]
    }
    assert "".join(written["compose"]) == RIGHT
    page.context.unroute("**/pyodide/**")
    page.reload()
    expect(box_of(page, "compose").locator("textarea")).to_have_value(RIGHT)


# --- hints, answers in words ---------------------------------------------------------------------


def test_hints_open_one_by_one_and_close_again(reader: Reader, served: Server) -> None:
    box = box_of(opened(reader, served), "compose")
    second = box.get_by_text("Hint 2 of 3")
    expect(second).to_be_hidden()
    box.get_by_text("Hint 1 of 3").click()
    expect(box.get_by_text("multiply out")).to_be_visible()
    expect(second).to_be_visible()
    expect(box.get_by_text("Hint 3 of 3")).to_be_hidden()
    box.get_by_text("Hint 1 of 3").click()
    expect(second).to_be_hidden()


EVIL = """**Bold** and $\\frac{a}{b}$, <script>pwned = 1</script> <img src=x onerror="pwned = 1">
[link](javascript:pwned=1) $\\href{javascript:pwned=1}{x}$ $\\require{html}\\style{}{x}$ ![](http://a.b/c)
"""


def test_words_are_previewed_and_run_nothing(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    box = box_of(page, "prove")
    questions = box.locator(".ffn-self-check")
    expect(questions).to_be_hidden()
    box.locator("textarea").fill(EVIL)
    expect(questions).to_be_visible()
    questions.get_by_text("Check it yourself").click()
    questions.get_by_role("checkbox").first.check()
    button(box, "Preview").click()
    preview = box.locator(".ffn-preview")
    expect(preview.locator("strong")).to_have_text("Bold")
    expect(preview.locator("mjx-mfrac")).to_be_visible()
    assert preview.locator("mjx-mfrac").bounding_box()["height"] > 12  # its styles are there
    expect(preview.locator("script, img, [onerror]")).to_have_count(0)
    links = preview.locator("a").evaluate_all("all => all.map((one) => one.protocol)")
    assert set(links) <= {"http:"}
    assert page.evaluate("window.pwned") is None
    assert reader.complaints == []
    assert reader.foreign == []


# --- what is kept --------------------------------------------------------------------------------


def test_answers_outlive_the_page_and_reset_can_be_undone(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    box_of(page, "prove").locator("textarea").fill("Because.")
    expect(check(page, "compose", RIGHT)).to_contain_text("passed")
    page.reload()
    page.wait_for_selector(".ffn-assignment[data-ready]")
    box = box_of(page, "compose")
    expect(box.locator("textarea")).to_have_value(RIGHT)
    expect(box.locator(".ffn-state")).to_contain_text("passed the visible cases")
    expect(page.locator(".ffn-count")).to_have_text(
        "2 of 6 problems answered; 1 of 5 pass the visible cases."
    )
    button(box, "Reset").click()
    expect(box.locator("textarea")).to_have_value(re.compile("YOUR CODE HERE"))
    button(box, "Bring back your answer").click()
    expect(box.locator("textarea")).to_have_value(RIGHT)


def test_another_tab_takes_nothing_away(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    box_of(page, "compose").locator("textarea").fill("# mine")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".ffn-assignment[data-ready]")
    expect(box_of(other, "compose").locator("textarea")).to_have_value("# mine")
    box_of(other, "compose").locator("textarea").fill("# theirs")
    box = box_of(page, "compose")
    expect(box.locator("textarea")).to_have_value("# theirs")
    expect(box.locator(".ffn-notice")).to_contain_text("changed in another tab")
    button(box, "Bring back what stood here").click()
    expect(box_of(other, "compose").locator("textarea")).to_have_value("# mine")


FULL = (
    """Storage.prototype.setItem = () => { throw new DOMException("no", "QuotaExceededError"); };"""
)
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("no", "SecurityError"); } });"""


@pytest.mark.parametrize("script", [FULL, FORBIDDEN], ids=["full", "forbidden"])
def test_what_cannot_be_kept_is_said(reader: Reader, served: Server, script: str) -> None:
    page = opened(reader, served, script=script)
    box = box_of(page, "compose")
    box.locator("textarea").fill(RIGHT)
    expect(box.locator(".ffn-notice")).to_contain_text("download your notebook before you leave")
    leaving = "dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert page.evaluate(leaving) is False  # the browser asks before it closes the page
    with page.expect_download() as waiting:
        button(page, "Download my notebook").first.click()
    assert RIGHT.splitlines()[1] in Path(waiting.value.path()).read_text("utf8")


def test_ten_megabytes_are_not_pasted(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    paste = """(area, text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      return area.dispatchEvent(new ClipboardEvent("paste",
        { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    for problem in ("compose", "prove"):
        area = box_of(page, problem).locator("textarea")
        before = area.input_value()
        assert area.evaluate(paste, "x" * 10_000_000) is False
        assert area.input_value() == before
        expect(box_of(page, problem)).to_contain_text("were not inserted")


@pytest.mark.parametrize("width", [1280, 390])
def test_what_follows_stays_where_it_is_when_the_desk_comes(
    reader: Reader, served: Server, width: int
) -> None:
    page = opened(reader, served, viewport={"width": width, "height": 800})
    came, kept = page.evaluate(
        """() => {
        const desk = document.querySelector(".ffn-desk"), place = document.createElement("div");
        place.className = "ffn-desk ffn-desk-place";
        desk.after(place);
        const heights = [desk, place].map((one) => one.getBoundingClientRect().height);
        place.remove();
        return heights;
        }"""
    )
    assert abs(came - kept) <= 8


# --- the notebook --------------------------------------------------------------------------------


def choose(page: Page, name: str, content: str | bytes) -> Locator:
    """Open a file as the reader does; return the place where the page says what became of it."""
    body = content.encode() if isinstance(content, str) else content
    page.locator(".ffn-desk input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": body}
    )
    return page.locator(".ffn-desk .ffn-notice").first


def test_a_notebook_from_elsewhere_opens_and_runs_nothing(reader: Reader, served: Server) -> None:
    page = opened(reader, served)
    nb = copy.deepcopy(handed_out.notebook("neurons"))
    handed_out.cell_of(nb, "compose").source = RIGHT
    handed_out.cell_of(nb, "prove").source = EVIL
    handed_out.cell_of(nb, "compose")["outputs"] = [
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": "<script>pwned = 1</script><img src=x onerror='pwned = 1'>"},
        }
    ]
    handed_out.cell_of(nb, "abs_network").metadata.nbgrader.grade_id = "<img src=x onerror=pwned=1>"
    box = box_of(page, "xor_network").locator("textarea")
    box.fill("# kept: it is empty in the notebook")
    compose = box_of(page, "compose").locator("textarea")
    compose.fill("# mine")
    said = choose(page, "<b>.ipynb", json.dumps(nb))
    expect(said).to_contain_text("Taken from <b>.ipynb: compose and prove.")
    expect(said).to_contain_text("what stands here was kept")
    expect(said).to_contain_text("<img src=x")
    expect(compose).to_have_value(RIGHT)
    expect(box).to_have_value("# kept: it is empty in the notebook")
    button(box_of(page, "prove"), "Preview").click()
    expect(box_of(page, "prove").locator(".ffn-preview strong")).to_have_text("Bold")
    button(page, "Undo: bring back what stood here").click()
    expect(compose).to_have_value("# mine")
    for broken in ("{", b"\xff\xfe\x00", "", json.dumps(handed_out.notebook("moe"))):
        said = choose(page, "broken.ipynb", broken)
        expect(said).to_contain_text("Nothing was changed.")
        expect(compose).to_have_value("# mine")
    assert page.evaluate("window.pwned") is None
    assert reader.complaints == []


def mixtures(assignment: str) -> list[dict[str, bank.Answer]]:
    """Three students: all right, and two who mix right and wrong answers."""
    found: list[dict[str, bank.Answer]] = [{}, {}, {}]
    for problem in bank.points(assignment):
        theirs = [a for a in bank.answers(assignment) if a.problem == problem]
        right, wrong = ([a for a in theirs if a.verdict == v] for v in ("right", "wrong"))
        for mix, answer in zip(found, (right[0], right[-1], wrong[-1]), strict=True):
            mix[problem] = answer
        if len(problem) % 2:
            found[1][problem], found[2][problem] = found[2][problem], found[1][problem]
    return found


READ_MARKS = """
import json, sys, ffngrade.sandbox.startup
from nbgrader.api import Gradebook
with Gradebook(sys.argv[1], "ffn") as book:
    print(json.dumps({
        one.student_id: {g.name: g.score for nb in one.notebooks for g in nb.grades}
        for one in book.assignment_submissions(sys.argv[2])}))
"""


@pytest.mark.slow
@pytest.mark.skipif(bool(bubblewrap.obstacle()), reason=f"no sandbox: {bubblewrap.obstacle()}")
@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS if WHOLE else ("neurons",))
def test_what_is_downloaded_earns_what_it_earns_from_jupyter(
    reader: Reader, served: Server, tmp_path: Path, assignment: str
) -> None:
    course = tmp_path / "course"
    handed_out.make_course(course, assignment)
    release = json.loads(
        (course / "release" / assignment / f"{assignment}.ipynb").read_text("utf8")
    )
    page = opened(reader, served, assignment)
    for number, answers in enumerate(mixtures(assignment)):
        written = copy.deepcopy(release)
        for problem, answer in answers.items():
            box_of(page, problem).locator("textarea").fill(answer.source)
            for cell in written["cells"]:
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == problem:
                    cell["source"] = answer.source
        with page.expect_download() as waiting:
            button(page, "Download my notebook").first.click()
        assert waiting.value.suggested_filename == f"{assignment}.ipynb"
        downloaded = Path(waiting.value.path()).read_text("utf8")
        for who, text in ((f"page{number}", downloaded), (f"jupyter{number}", json.dumps(written))):
            folder = course / "submitted" / who / assignment
            folder.mkdir(parents=True)
            (folder / f"{assignment}.ipynb").write_text(text, "utf8")
    if not kernel.installed():
        kernel.install()
    try:
        assert cli.main(["autograde", assignment, "--course", str(course), "--quiet"]) == cli.DONE
    finally:
        prefork.close()
    done = subprocess.run(
        [sys.executable, "-c", READ_MARKS, f"sqlite:///{course}/gradebook.db", assignment],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    marks = json.loads(done.stdout)
    worth = bank.points(assignment)
    assert {name: marks["page0"][f"test_{name}"] for name in worth} == worth
    assert len({json.dumps(marks[f"page{n}"]) for n in range(3)}) == 3
    for number in range(3):
        assert marks[f"page{number}"] == marks[f"jupyter{number}"]


# --- for everybody -------------------------------------------------------------------------------


def test_open_editors_are_accessible_on_a_phone(reader: Reader, served: Server, axe: str) -> None:
    page = opened(reader, served, viewport={"width": 360, "height": 740})
    check(page, "compose", f"{WRONG}\nprint('tried')\n1 / 0")
    box_of(page, "prove").locator("textarea").fill("So $C = BA$.")
    button(box_of(page, "prove"), "Preview").click()
    expect(box_of(page, "prove").locator(".ffn-preview mjx-container")).to_be_visible()
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for theme in ("light", "dark"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        page.evaluate(FRAMES)
        page.evaluate(TRANSITIONS)
        assert violations(page, axe, LEVELS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

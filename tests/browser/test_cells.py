"""Code cells that a reader changes and runs, with the real Python in real Chromium."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.cells_page import CellsPage
from browser.conftest import PATIENCE, Reader
from browser.serving import Server
from browser.test_offline import KEPT
from browser.test_pages import CHAPTERS, COLOURS, LEVELS, address, violations

Visit = Callable[..., Page]
ENDED = re.compile("^(Done|This ended|Stopped|Not run)|starts anew;")


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CellsPage]:
    page = CellsPage(tmp_path_factory.mktemp("cells"))
    yield page
    page.server.close()


def opened(page: Page, cell: str) -> Locator:
    """The text area of a cell, opened by its button."""
    page.locator(f"#{cell}").get_by_role("button", name="Edit and run").click()
    area = page.locator(f"#{cell} textarea")
    area.wait_for()
    return area


def output(page: Page, cell: str) -> Locator:
    return page.locator(f"#{cell} .ffn-cell-output")


def state(page: Page, cell: str) -> Locator:
    return page.locator(f"#{cell} .ffn-cell [role=status].ffn-cell-state")


def write(area: Locator, code: str) -> None:
    area.fill(code)


def run(page: Page, cell: str, code: str) -> None:
    area = page.locator(f"#{cell} textarea")
    write(area, code)
    area.press("Shift+Enter")
    expect(state(page, cell)).to_have_text(
        re.compile("^(Done|This ended|Stopped|Not run)|starts anew;")
    )


def test_a_day_of_a_reader(visit: Visit, cells: CellsPage) -> None:
    """One long visit, because each Python takes seconds to start."""
    page = visit(cells.url(), wait=False)
    # A page opened from the middle: the cells above run first, and a line says so.
    area = opened(page, "cell-2")
    expect(area).to_have_value("def half(v):\n    return v / 2\n\nprint(half(x).sum() + hidden)")
    area.press("Shift+Enter")
    expect(output(page, "cell-2")).to_have_text(re.compile(r"^\s*8\.5\s*$"))
    said = page.locator("#cell-2 .ffn-cell-first")
    expect(said).to_have_text("2 earlier cells of this page ran first (1 of them not shown).")
    expect(page.locator("#cell-2 .cell_output")).to_be_hidden()

    # Changed, kept, compared.
    run(page, "cell-2", "print('mine', half(4))")
    expect(output(page, "cell-2")).to_have_text(re.compile(r"^\s*mine 2\.0\s*$"))
    expect(said).to_be_hidden()
    page.locator("#cell-2").get_by_role("button", name="Compare").click()
    expect(page.locator("#cell-2 .ffn-cell-diff")).to_contain_text("+ print('mine', half(4))")
    expect(page.locator("#cell-2 .ffn-cell-diff")).to_contain_text("−     return v / 2")

    # Errors: the own line is marked, the library's are folded.
    run(
        page,
        "cell-2",
        "from ffnlib.nn import Linear\nlayer = Linear(3, 2, rng=np.random.default_rng(0))\n"
        "layer.forward(np.ones((4, 5)))",
    )
    error = output(page, "cell-2").locator(".ffn-error")
    expect(error.locator("pre .ffn-wrong-line")).to_contain_text("layer.forward(np.ones((4, 5)))")
    expect(error.locator("details summary")).to_contain_text("inside ffnlib")
    expect(page.locator("#cell-2 .prism-code-editor .ffn-wrong-line")).to_contain_text("forward")

    # Names and docstrings from the live namespace.
    write(area, "np.zer")
    area.press("Tab")
    expect(page.locator("#cell-2 [role=option]").first).to_have_text("zeros")
    area.press("Enter")
    expect(area).to_have_value("np.zeros")
    area.press("Shift+Tab")
    expect(page.locator("#cell-2 .ffn-doc")).to_contain_text("Return a new array of given shape")
    area.press("Escape")
    expect(page.locator("#cell-2 .ffn-doc")).to_be_hidden()

    # What is asked, ended, too large, too deep.
    run(page, "cell-2", "input('name? ')")
    expect(output(page, "cell-2")).to_contain_text("write the value into the cell")
    run(page, "cell-2", "exit()")
    expect(output(page, "cell-2")).to_contain_text("ends the cell, not Python")
    run(page, "cell-2", "np.ones(10**9)")
    expect(output(page, "cell-2")).to_contain_text("use a smaller array")
    run(page, "cell-2", "kept = [0] * 10**9")
    expect(output(page, "cell-2")).to_contain_text("MemoryError")
    run(page, "cell-2", "def f(n):\n    return f(n + 1)\nf(0)")
    expect(output(page, "cell-2")).to_contain_text("more calls of the same kind")
    run(page, "cell-2", "print('\\ud800', chr(0), b'\\xff')")
    expect(output(page, "cell-2")).to_contain_text("? ")
    run(page, "cell-2", "for i in range(200_000): print(i)")
    expect(output(page, "cell-2")).to_contain_text("more characters were printed and are not shown")
    html = "class T:\n    def _repr_html_(self):\n        return '<b onclick=z()>bold</b>'"
    run(page, "cell-2", f"{html}\nT()")
    expect(output(page, "cell-2").locator("b")).to_have_text("bold")
    assert output(page, "cell-2").locator("[onclick]").count() == 0

    # An explorer is a live figure, the reader's own too.
    own = (
        "from ffnlib.figures import Line, Panel, Scene, Slider, explorer\n"
        "@explorer('Own', [Slider('a', -1, 1, 0.5, 'slope')])\n"
        "def own(a=0.5):\n"
        "    return Scene((Panel((Line([0, 1], [0, a]),)),), f'The slope is {a}.')\n"
        "own"
    )
    run(page, "cell-2", own)
    figure = output(page, "cell-2").locator("figure")
    expect(figure.locator(".ffn-text")).to_have_text("The slope is 0.5.")
    figure.get_by_role("slider").press("ArrowRight")
    expect(figure.locator(".ffn-text")).to_have_text("The slope is 1.0.")
    figure.scroll_into_view_if_needed()

    # Stop ends an endless loop; the text stays, and Python comes back.
    for endless in ("while True: pass", "while True: print('x')"):
        write(area, endless)
        area.press("Shift+Enter")
        stop = page.locator("#cell-2").get_by_role("button", name="Stop")
        expect(stop).to_be_visible()
        expect(state(page, "cell-2")).to_contain_text("Running")
        stop.click()
        expect(state(page, "cell-2")).to_contain_text("Stopped after")
        expect(area).to_have_value(endless)
    run(page, "cell-2", "x[1]")
    expect(output(page, "cell-2")).to_contain_text("1.0")
    expect(said).to_contain_text("2 earlier cells")  # in the new Python

    # What is written is there after a reload; Reset brings the book back, and what was dropped too.
    page.reload()
    expect(page.locator("#cell-2 textarea")).to_have_value("x[1]")
    expect(state(page, "cell-2")).to_have_text("You have changed this cell.")
    page.locator("#cell-2").get_by_role("button", name="Reset").click()
    expect(page.locator("#cell-2 .cell_output")).to_be_visible()
    expect(page.locator("#cell-2 textarea")).to_have_count(0)
    page.locator("#cell-2").get_by_role("button", name="Bring mine back").click()
    expect(page.locator("#cell-2 textarea")).to_have_value("x[1]")


def test_with_the_keyboard_alone_and_scratch_cells(visit: Visit, cells: CellsPage) -> None:
    page = visit(cells.url(), wait=False)
    page.locator("#cell-1").get_by_role("button", name="Edit and run").focus()
    page.keyboard.press("e")
    area = page.locator("#cell-1 textarea")
    expect(area).to_be_focused()
    # Indentation, and the way out.
    area.press("Control+End")
    page.keyboard.type("\nfor i in range(2):\nprint(i)")
    expect(area).to_have_value(re.compile(r"for i in range\(2\):\n    print\(i\)$"))
    area.press("Control+/")
    expect(area).to_have_value(re.compile(r"\n    # print\(i\)$"))
    area.press("Control+/")
    area.press("Tab")  # no Python yet: nothing to complete with, and the focus stays
    expect(area).to_be_focused()
    area.press("Escape")
    expect(page.locator("#cell-1 .ffn-editor-said")).to_have_text("Tab now leaves the editor.")
    area.press("Tab")
    expect(page.locator("#cell-1").get_by_role("button", name="Run cell 1")).to_be_focused()
    # A scratch cell runs after the cell that it stands below, and is kept.
    page.locator("#cell-1").get_by_role("button", name="scratch cell below").click()
    scratch = page.locator(".ffn-scratch textarea")
    expect(scratch).to_be_focused()
    page.keyboard.type("x.sum()")
    scratch.press("Shift+Enter")
    expect(page.locator(".ffn-scratch .ffn-cell-output")).to_contain_text("3.0")
    page.reload()
    expect(page.locator(".ffn-scratch textarea")).to_have_value("x.sum()")
    page.locator(".ffn-scratch").get_by_role("button", name="Remove").click()
    expect(page.locator(".ffn-scratch")).to_have_count(0)
    page.reload()
    expect(page.locator("#cell-1 textarea")).to_be_visible()
    expect(page.locator(".ffn-scratch")).to_have_count(0)


def test_ten_megabytes_pasted_are_refused_and_what_was_there_stays(
    visit: Visit, cells: CellsPage
) -> None:
    page = visit(cells.url(), wait=False)
    area = opened(page, "cell-1")
    before = area.input_value()
    page.evaluate(
        """() => { const data = new DataTransfer();
        data.setData('text/plain', 'x = 1\\n'.repeat(1_700_000));
        document.querySelector('#cell-1 textarea').dispatchEvent(
          new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""
    )
    expect(page.locator("#cell-1 .ffn-editor-said")).to_contain_text("were not inserted")
    expect(area).to_have_value(before)


FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };"


def test_where_nothing_can_be_kept_a_sentence_says_so(visit: Visit, cells: CellsPage) -> None:
    page = visit(cells.url(), wait=False, script=FULL)
    area = opened(page, "cell-1")
    area.press("Control+End")
    page.keyboard.type("\n1")
    expect(state(page, "cell-1")).to_contain_text("keeps nothing here")


def test_a_cell_that_cannot_run_says_why(visit: Visit, cells: CellsPage) -> None:
    page = visit(cells.url(), wait=False)
    expect(page.locator("#cell-3 .ffn-cell-bar")).to_contain_text("PyTorch")
    assert page.locator("#cell-3").get_by_role("button").count() == 0


def test_an_earlier_cell_that_fails_is_named(visit: Visit, cells: CellsPage) -> None:
    page = visit(cells.url(), wait=False)
    write(opened(page, "cell-1"), "1 / 0")
    opened(page, "cell-4").press("Shift+Enter")
    expect(state(page, "cell-4")).to_have_text(
        "Not run, because cell 1, as you changed it, failed."
    )
    expect(output(page, "cell-4")).to_contain_text("ZeroDivisionError")
    write(page.locator("#cell-1 textarea"), "import numpy as np\nx = np.ones(2)")
    page.locator("#cell-4 textarea").press("Shift+Enter")
    expect(output(page, "cell-4")).to_contain_text("1.0")
    expect(page.locator("#cell-4 .ffn-cell-first")).to_contain_text("cell 3 was left out")


def test_matplotlib_is_brought_with_its_size_told(visit: Visit, cells: CellsPage) -> None:
    page = visit(cells.url(), wait=False)
    opened(page, "cell-1")
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => heard.push(
        ...[...document.querySelectorAll('#cell-1 [role=status]')].map((e) => e.textContent)
        )).observe(
        document.querySelector('#cell-1'), {subtree: true, childList: true}); }"""
    )
    run(page, "cell-1", "import matplotlib.pyplot as plt\nplt.plot([1, 2, 1]);")
    expect(output(page, "cell-1").locator("svg")).to_be_visible()
    heard = page.evaluate("heard")
    assert any(re.search(r"Loading Matplotlib \(\d+ MB, once\)", said) for said in heard), heard


def test_on_a_phone_python_is_asked_for_first(reader: Reader, cells: CellsPage) -> None:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    page = reader.open(cells.url(), wait=False, **options)
    page.locator("#cell-1").get_by_role("button", name="Edit and run").tap()
    page.locator("#cell-1 textarea").wait_for()
    size = page.locator("#cell-1 textarea").evaluate(
        "(e) => parseFloat(getComputedStyle(e).fontSize)"
    )
    assert size >= 16  # less, and a phone zooms in
    page.locator("#cell-1").get_by_role("button", name="Run cell 1").tap()
    load = page.get_by_role("button", name="Load it and run")
    expect(load).to_be_visible()
    assert not any("pyodide" in url for url in reader.asked)
    load.tap()
    expect(output(page, "cell-1")).to_contain_text("[0. 1. 2.]")
    assert reader.complaints == []


def test_a_chapter_that_was_read_before_runs_its_code_without_a_network(
    reader: Reader, served: Server
) -> None:
    page = reader.open(address(served, CHAPTERS[1]))
    keep = json.loads(page.locator("#ffn-config").text_content() or "")["offline"]["keep"]
    assert any("code_worker.js" in name for name in keep)
    assert page.evaluate(KEPT, [page.url, *keep]) == []
    page.context.set_offline(True)
    page.reload()
    first = page.locator(".cell.ffn-code[id]").first.get_attribute("id") or ""
    area = opened(page, first)
    area.fill("from ffnlib.nn import relu\nrelu([-1.0, 2.0])")
    area.press("Shift+Enter")
    expect(output(page, first)).to_contain_text("2.")
    # what a figure's controls would show, and what makes HTML safe, is kept once it was asked for
    later = ("/_static/sweeps/", "/purify.min.js")
    assert [s for s in reader.complaints if not any(part in s for part in later)] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_editors_are_accessible_on_a_narrow_page(
    reader: Reader, cells: CellsPage, axe: str, theme: str
) -> None:
    page = reader.open(cells.url(), wait=False, viewport={"width": 360, "height": 740})
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    write(opened(page, "cell-1"), "# why\nx = 'text' + str(3.5)\nclass A:\n    pass\nA.y")
    page.locator("#cell-1").get_by_role("button", name="Compare").click()
    page.locator("#cell-1").get_by_role("button", name="scratch cell below").click()
    page.locator("#cell-1 textarea").press("Shift+Enter")
    expect(output(page, "cell-1")).to_contain_text("AttributeError", timeout=PATIENCE)
    write(page.locator(".ffn-scratch textarea"), "pri")
    expect(page.locator(".ffn-scratch .ffn-editor")).to_be_visible()
    assert violations(page, axe, LEVELS if theme == "light" else COLOURS) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

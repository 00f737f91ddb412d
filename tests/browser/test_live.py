"""The full live path: Pyodide, NumPy and the wheel in the browser give what CPython gives.

A few random sets of parameters for each explorer; FFN_LIVE_SETS=50 tests as many of them.
"""

import inspect
import json
import os
import pkgutil
import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

import ffnlib.explorers
from _ext.assets import PYTHON
from browser import parity
from browser.conftest import PATIENCE, Reader, pause
from browser.sample_page import SamplePage
from browser.serving import Server
from browser.test_offline import KEPT
from browser.test_pages import CHAPTERS, address
from ffnlib.figures import Explorer, find

SETS = int(os.environ.get("FFN_LIVE_SETS", "5"))
LIVE_PAGES = CHAPTERS if SETS >= 50 else CHAPTERS[:1]

BOOT = """async ({ pyodide, wheel, code }) => {
  const { loadPyodide } = await import(pyodide + 'pyodide.mjs');
  window.python = await loadPyodide({ indexURL: pyodide });
  await python.loadPackage('numpy');
  const response = await fetch('/_static/wheels/' + wheel);
  python.unpackArchive(await response.arrayBuffer(), 'wheel');
  python.runPython(code);
}"""

ANSWER = (
    "([name, params]) => JSON.parse(python.globals.get('answer_json')(name, params, 'wide')).text"
)


RUNAWAY = ("saturates", "explodes")
"""Trainings whose rounding errors grow until they are all that one sees."""


def same_answer(said: str, wanted: str, params: dict[str, Any]) -> bool:
    """Whether all is the same, or of a training that runs away what was so before: its alarm."""
    if params.get("training") in RUNAWAY:
        said, wanted = ("".join(re.findall(r"\(“.*?at step \d+", t)) for t in (said, wanted))
        return said == wanted != ""
    return parity.same_words(said, wanted)


def explorers() -> list[str]:
    """Names of all explorers of the package."""
    names = set()
    for module in pkgutil.iter_modules(ffnlib.explorers.__path__):
        members = vars(import_module(f"ffnlib.explorers.{module.name}")).values()
        names |= {member.name for member in members if isinstance(member, Explorer)}
    return sorted(names)


@pytest.fixture(scope="module")
def python(browser: Browser, served: Server, site: Path) -> Iterator[Page]:
    """A page with Python in it, the function `parity.scenes` among its globals."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{served.url}_static/{PYTHON}/pyodide-lock.json")
    page.evaluate(
        BOOT,
        {
            "pyodide": f"/_static/{PYTHON}/",
            "wheel": next((site / "_static" / "wheels").glob("*.whl")).name,
            "code": f"from ffnlib.figures import answer_json\n{inspect.getsource(parity.scenes)}",
        },
    )
    yield page
    page.close()


@pytest.mark.parametrize("name", explorers())
def test_the_browser_computes_what_cpython_computes(python: Page, name: str) -> None:
    params = parity.draws(find(name), SETS)
    given = json.dumps(params)
    here = parity.scenes(name, given)
    there = python.evaluate("([n, p]) => python.globals.get('scenes')(n, p)", [name, given])
    assert parity.compare(name, params, here, there) == []


def links(site: Path, document: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Explorer, what the link sets, and all parameters then, for each link of a page in turn."""
    soup = BeautifulSoup((site / f"{document}.html").read_text(encoding="utf8"), "html.parser")
    figures = soup.select("figure.ffn-explorer")
    starts = {str(f["data-explorer"]): json.loads(str(f["data-start"])) for f in figures}
    found = []
    for link in soup.select("a.ffn-explore"):
        name, params = str(link["data-explorer"]), json.loads(str(link["data-params"]))
        found.append((name, params, {**starts[name], **params}))
    return found


@pytest.mark.parametrize("document", CHAPTERS)
def test_the_browser_answers_every_link_of_a_chapter(
    python: Page, site: Path, document: str
) -> None:
    faults = []
    for name, given, params in links(site, document):
        wanted = find(name).answer(params)["text"]
        said = python.evaluate(ANSWER, [name, json.dumps(params)])
        if not same_answer(said, wanted, given):
            faults.append(f"{name} {given}: {said!r} instead of {wanted!r}")
    assert faults == []


def live(page: Page) -> None:
    """Wait until Python answers on this page."""
    page.locator("figure.ffn-explorer").first.scroll_into_view_if_needed()
    page.locator('.ffn-status[data-state="live"]').first.wait_for()


def follow(page: Page, place: int, link: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    """Click a link of the text, and wait for what is then to be read under its picture."""
    name, given, params = link
    wanted = find(name).answer(params)["text"]
    page.locator("a.ffn-explore").nth(place).click()
    text = page.locator(f"#{find(name).key} .ffn-text")
    until = time.monotonic() + PATIENCE / 1000
    while not same_answer(said := text.inner_text(), wanted, given):
        assert time.monotonic() < until, f"{name} {given}: {said!r} instead of {wanted!r}"
        page.wait_for_timeout(20)


@pytest.mark.parametrize("document", LIVE_PAGES)
def test_every_link_sets_its_explorer_live(
    reader: Reader, served: Server, site: Path, document: str
) -> None:
    page = reader.open(address(served, document))
    live(page)
    for place, link in enumerate(links(site, document)):
        follow(page, place, link)
    assert reader.complaints == []
    assert reader.foreign == []


def test_a_second_visit_to_the_book_needs_no_network(
    reader: Reader, served: Server, site: Path
) -> None:
    page = reader.open(address(served, CHAPTERS[1]))
    live(page)
    keep = json.loads(page.locator("#ffn-config").text_content() or "")["offline"]["keep"]
    assert page.evaluate(KEPT, [page.url, *keep]) == []
    page.context.set_offline(True)
    page.reload()
    live(page)
    follow(page, 0, links(site, CHAPTERS[1])[0])
    assert reader.complaints == []


def test_several_controls_at_once_and_quick_changes_are_answered_by_real_python(
    reader: Reader, sample: SamplePage
) -> None:
    page = reader.open(sample.url(pyodide="pyodide/"))
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("slider", name="weight w").press("End")
    figure.get_by_role("combobox").select_option("gold")
    figure.get_by_role("textbox").fill("ünï")
    expect(figure.locator(".ffn-text")).to_have_text(
        "A sine of gold with weight 3, 3 units, shift 0, draw 0, in a band, called ünï."
    )
    number = figure.get_by_role("spinbutton")
    number.fill("4.5")
    number.press("Enter")
    expect(figure.locator(".ffn-notes")).to_have_text("This failed: nothing to divide by")
    # A hundred quick changes of a field end at the last.
    figure = page.locator("#sampler-handles")
    page.evaluate(
        """async () => {
        const slider = document.querySelector('#sampler-handles input[type=range]');
        for (let i = 0; i <= 100; i++) {
          slider.value = i < 100 ? -3 + 6 * ((i * 37) % 100) / 99 : -1.7;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          if (i % 5 === 0) await new Promise(requestAnimationFrame);
        } }"""
    )
    expect(figure.locator(".ffn-text")).to_contain_text("Weights −1.7 and 0.5")
    pause(page, 300)
    expect(figure.locator(".ffn-text")).to_contain_text("Weights −1.7 and 0.5")
    assert reader.complaints == []

"""The full live path: Pyodide, NumPy and the wheel in the browser give what CPython gives.

A few random sets of parameters for each explorer; FFN_LIVE_SETS=50 tests as many of them.
"""

import inspect
import json
import os
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import ffnlib.explorers
from browser import parity
from browser.conftest import Reader
from browser.sample_page import SamplePage
from browser.serving import Server
from browser.test_pages import CHAPTERS, address
from ffnlib.explorer import Explorer, find

SETS = int(os.environ.get("FFN_LIVE_SETS", "5"))
START = 90_000  # ms in which Python must be there on a busy machine

BOOT = """async ({ wheel, code }) => {
  const { loadPyodide } = await import('/_static/pyodide/pyodide.mjs');
  window.python = await loadPyodide({ indexURL: '/_static/pyodide/' });
  await python.loadPackage('numpy');
  const response = await fetch('/_static/wheels/' + wheel);
  python.unpackArchive(await response.arrayBuffer(), 'wheel');
  python.runPython(code);
}"""

SAYS = "([key, text]) => document.querySelector(`#${key} .ffn-text`).textContent === text"


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
    page.set_default_timeout(START)
    page.goto(served.url + "_static/pyodide/pyodide-lock.json")
    page.evaluate(
        BOOT,
        {
            "wheel": next((site / "_static" / "wheels").glob("*.whl")).name,
            "code": inspect.getsource(parity.scenes),
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


@pytest.mark.parametrize("document", CHAPTERS)
def test_every_link_of_a_chapter_is_answered_live(
    reader: Reader, served: Server, document: str
) -> None:
    page = reader.open(address(served, document))
    page.locator("figure.ffn-explorer").first.scroll_into_view_if_needed()
    page.locator('.ffn-status[data-state="live"]').first.wait_for(timeout=START)
    faults = []
    for link in page.locator("a.ffn-explore").all():
        key = str(link.get_attribute("href"))[1:].partition("?")[0]
        params = json.loads(str(link.get_attribute("data-params")))
        figure = page.locator(f'[id="{key}"]')
        start = json.loads(str(figure.get_attribute("data-start")))
        wanted = find(str(link.get_attribute("data-explorer"))).answer({**start, **params})
        link.click()
        try:
            page.wait_for_function(
                SAYS,
                arg=[key, wanted["text"]],
                timeout=4000,
            )
        except Exception:
            said = figure.locator(".ffn-text").inner_text()
            if not same_answer(said, wanted["text"], params):
                faults.append(f"{key} {params}: {said!r} instead of {wanted['text']!r}")
    assert faults == []
    assert reader.complaints == []
    assert reader.foreign == []


def test_several_controls_at_once_are_answered_by_real_python(
    reader: Reader, sample: SamplePage
) -> None:
    page = reader.open(sample.url(pyodide="pyodide/"))
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for(timeout=START)
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
    assert reader.complaints == []


def test_a_hundred_quick_changes_of_a_field_end_at_the_last(
    reader: Reader, sample: SamplePage
) -> None:
    page = reader.open(sample.url(pyodide="pyodide/"))
    figure = page.locator("#sampler-handles")
    figure.locator('[data-state="live"]').wait_for(timeout=START)
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
    page.wait_for_timeout(300)
    expect(figure.locator(".ffn-text")).to_contain_text("Weights −1.7 and 0.5")

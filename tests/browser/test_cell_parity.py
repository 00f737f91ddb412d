"""The chapters' cells, run in the browser, print what they printed when the book was built.

Chromium has the site's own Pyodide; the cells of a chapter run in turn, in one namespace, through
the code that the page uses. Without FFN_ALL_CELLS=1 only the first, quick ones of some chapters do.
"""

import json
import math
import os
import re
import time
from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from _ext.assets import PYTHON
from browser.conftest import PATIENCE
from browser.serving import Server
from browser.test_pages import CHAPTERS

ALL = os.environ.get("FFN_ALL_CELLS", "0") not in {"", "0"}
ROUNDING = 1e-6
"""A number below this is the rounding of sums, which have another order in the browser."""
TOLERANCE = 1e-6
"""Relative: other sums in another order. A number of few digits may turn over in its last."""
QUICK = {
    "01_neurons": 12,
    "02_activations": 8,
    "03_backprop": 4,
    "04_softmax": 9,
    "05_ffn": 2,
    "06_moe": 1,
    "07_lora": 1,
}
"""Chapter: how many of its first cells take seconds at most; those that train come later."""
OTHER = {
    ("02_activations", "cell-2"): "it measures times",
    ("03_backprop", "cell-3"): "the error of finite differences is rounding, of other sums here",
    ("04_softmax", "cell-7"): "one other letter, and all that follow are others",
    ("06_moe", "cell-3"): "it measures times",
    ("07_lora", "cell-5"): "training in float32 turns rounding into another network, as good",
    ("07_lora", "cell-11"): "training in float32 turns rounding into another network, as good",
    ("08_quantization", "cell-6"): "the largest difference is rounding, of other float32 sums here",
    ("08_quantization", "cell-8"): "training in float32 turns rounding into another network",
    ("08_quantization", "cell-11"): "it measures times",
    ("09_experiments", "cell-8"): "it measures times",
    ("10_production", "cell-4"): "it measures times",
}
"""(chapter, cell): why it says something else in the browser."""

BOOT = """async (pyodide) => {
  const { loadPyodide } = await import(pyodide + 'pyodide.mjs');
  window.python = await loadPyodide({ indexURL: pyodide });
  const quiet = { messageCallback() {}, errorCallback() {} };
  await python.loadPackage(['numpy', 'matplotlib'], quiet);
}"""
WHEEL = """async (wheel) => {
  const response = await fetch('/_static/wheels/' + wheel);
  python.unpackArchive(await response.arrayBuffer(), 'wheel');
  python.runPython('from ffnlib._page import Session');
}"""
BEGIN = """() => {
  window.outputs = [];
  window.session = python.globals.get('Session')((said) => outputs.push(said));
  session.style();
}"""
RUN = (
    """(code) => { outputs.length = 0; const done = session.run(code); return [done, outputs]; }"""
)
NUMBER = re.compile(r"[-+−]?\d[\d,_]*(?:\.\d*)?(?:e[-+]?\d+)?")


@pytest.fixture(scope="module")
def python(browser: Browser, served: Server, site: Path) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{served.url}_static/{PYTHON}/pyodide-lock.json")
    page.evaluate(BOOT, f"/_static/{PYTHON}/")
    page.evaluate(WHEEL, next((site / "_static" / "wheels").glob("*.whl")).name)
    yield page
    page.close()


def built(site: Path, chapter: str) -> dict[str, str]:
    """Return what stands in the book under each cell that shows its source, as text."""
    page = BeautifulSoup((site / f"{chapter}.html").read_text(encoding="utf8"), "html.parser")
    found = {}
    for cell in page.select(".cell.ffn-code[id]"):
        parts = cell.select(".cell_output > .output:not(.text_html) pre")
        found[str(cell["id"])] = "\n".join(part.get_text() for part in parts)
    return found


def said(outputs: list[dict[str, Any]]) -> str:
    """Return the same of what a cell has given here; pictures and explorers say nothing."""
    parts = [""]
    for output in outputs:
        if output["output"] == "stream":
            parts[-1] += output["text"]
        elif output["output"] == "display" and "text/html" not in output["data"]:
            parts += [output["data"]["text/plain"], ""]
    return "\n".join(parts)


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def close(a: str, b: str) -> bool:
    left, right = (float(re.sub("[,_]", "", t).replace("−", "-")) for t in (a, b))
    if max(abs(left), abs(right)) < ROUNDING:
        return True
    digits = re.sub(r"e.*", "", b).partition(".")[2]
    exponent = re.search(r"e([-+]?\d+)", b)
    last = 10.0 ** (-len(digits) + (int(exponent[1]) if exponent else 0))
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=1.01 * last if digits else 0)


def same(here: str, there: str) -> bool:
    """Whether two texts have the same words, and numbers that are as good as the same."""
    a, b = lines(here), lines(there)
    return [NUMBER.sub("#", line) for line in a] == [NUMBER.sub("#", line) for line in b] and all(
        close(x, y)
        for left, right in zip(a, b, strict=True)
        for x, y in zip(NUMBER.findall(left), NUMBER.findall(right), strict=True)
    )


@pytest.mark.parametrize("chapter", [c for c in CHAPTERS if ALL or Path(c).name in QUICK])
def test_the_cells_say_in_the_browser_what_the_book_says(
    python: Page, site: Path, chapter: str
) -> None:
    name = chapter.rpartition("/")[2]
    cells = json.loads((site / f"_static/cells/{name}.json").read_text(encoding="utf8"))
    wanted = built(site, chapter)
    python.evaluate(BEGIN)
    faults, ran = [], 0
    for cell in cells if ALL else cells[: QUICK[name]]:
        if cell.get("why"):
            continue
        begun = time.perf_counter()
        _, outputs = python.evaluate(RUN, cell["source"])
        if ALL:
            took = time.perf_counter() - begun
            print(f"{name} {cell['id']}: {took:.1f} s here, {cell.get('seconds', '< 1')} s built")
        got = [json.loads(output) for output in outputs]
        failed = [output for output in got if output["output"] == "error"]
        faults += [f"{cell['id']}: {error['type']}: {error['message']}" for error in failed]
        if cell["id"] in wanted and not failed and (name, cell["id"]) not in OTHER:
            ran += 1
            if not same(said(got), wanted[cell["id"]]):
                faults.append(f"{cell['id']} says otherwise:")
                faults += ndiff(lines(wanted[cell["id"]]), lines(said(got)))
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)
    assert ran >= 1, "nothing was compared"


FILES = """
import numpy as np
from ffnlib.lora import adapt, load_adapter, save_adapter
from ffnlib.nn import MLP
from ffnlib.training import Shift

def network():
    return MLP([4, 5, 3], rng=np.random.default_rng(0))

adapted = adapt(network(), 2, rng=np.random.default_rng(1))
save_adapter(adapted, "adapter.npz")
load_adapter(network(), "adapter.npz")
network().save("network.npz")
network().load("network.npz")
Shift(1)(np.eye(9), np.random.default_rng(0)).shape
"""


def test_files_and_indices_work_with_the_browsers_numpy(python: Page) -> None:
    python.evaluate(BEGIN)
    _, outputs = python.evaluate(RUN, FILES)
    assert said([json.loads(output) for output in outputs]).strip() == "(9, 9)"


def test_the_comparison_sees_a_difference() -> None:
    assert same("a  1.25\n", "a 1.26")  # the last digit
    assert same("loss 0.30000001", "loss 0.3")
    assert same("to 7e-16", "to 3e-16")
    assert not same("to 7e-6", "to 3e-6")
    assert not same("a 1.25", "a 1.28")
    assert not same("3 units", "4 units")
    assert not same("yes 1", "no 1")
    assert not same("1\n2", "1")

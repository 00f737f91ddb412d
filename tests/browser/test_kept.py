"""What the browser keeps: names, files, refusals, two tabs."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Reader
from browser.serving import Server

STATIC = Path(__file__).parents[2] / "_ext" / "static"
PAGE = """<!doctype html><html lang="en" data-content_root="../"><title>t</title><link rel="icon"
href="data:,"><article><h1>t</h1></article><script type="module">
import * as kept from "../kept.js"; window.kept = kept; window.heard = [];
kept.hear("cell/", (name, value) => heard.push([name, value ?? null]));</script></html>"""
FULL = """Storage.prototype.setItem = () => {
  throw new DOMException("no room", "QuotaExceededError"); };"""
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("no", "SecurityError"); } });"""


@pytest.fixture(scope="module")
def page_with_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a page that has the store and nothing else."""
    folder = tmp_path_factory.mktemp("kept")
    (folder / "chapters").mkdir()
    (folder / "chapters" / "one.html").write_text(PAGE)
    shutil.copy(STATIC / "kept.js", folder)
    server = Server(folder)
    yield server.url + "chapters/one.html"
    server.close()


def opened(visit: Callable[..., Page], url: str, script: str = "") -> Page:
    page = visit(url, wait=False, script=script)
    page.wait_for_function("window.kept")
    return page


def test_values_outlive_the_page(visit: Callable[..., Page], page_with_store: str) -> None:
    page = opened(visit, page_with_store)
    assert page.evaluate("kept.page") == "chapters/one"
    assert page.evaluate("kept.set('cell/chapters/one/3', {code: 'x = \"ü\"'})")
    page.reload()
    page.wait_for_function("window.kept")
    assert page.evaluate("kept.get('cell/chapters/one/3')") == {"code": 'x = "ü"'}
    assert page.evaluate("kept.get('cell/chapters/one/4')") is None
    page.evaluate("localStorage.setItem('ffn.cell/odd', '{'); localStorage.setItem('else', '1')")
    assert page.evaluate("kept.list()") == [["cell/chapters/one/3", {"code": 'x = "ü"'}]]
    page.evaluate("kept.remove('cell/chapters/one/3')")
    assert page.evaluate("kept.list('cell/chapters')") == []


def test_another_tab_hears(visit: Callable[..., Page], page_with_store: str) -> None:
    page = opened(visit, page_with_store)
    other = page.context.new_page()
    other.goto(page_with_store)
    other.wait_for_function("window.kept")
    other.evaluate("kept.set('cell/chapters/one/1', 5); kept.set('run/chapters/one/1', 6)")
    page.wait_for_function("heard.length == 1")
    assert page.evaluate("heard") == [["cell/chapters/one/1", 5]]


def test_a_file_brings_all_back(visit: Callable[..., Page], page_with_store: str) -> None:
    page = opened(visit, page_with_store)
    page.evaluate("kept.set('cell/chapters/one/1', {code: 'a'}); kept.set('read/index', {})")
    file = page.evaluate("kept.save()")
    page.evaluate("localStorage.setItem('else', '1')")
    assert page.evaluate("kept.erase()") == 2
    assert page.evaluate("[kept.list(), localStorage.getItem('else')]") == [[], "1"]
    assert page.evaluate("(file) => kept.load(file)", file) == 2
    assert page.evaluate("kept.get('cell/chapters/one/1')") == {"code": "a"}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("no JSON", "not JSON"),
        ("[]", "not saved by this page"),
        (json.dumps({"format": "ffn-my-work", "version": 1, "kept": [1]}), "not saved by this"),
        (json.dumps({"format": "ffn-my-work", "version": 7, "kept": {}}), "has version 7"),
        (json.dumps({"format": "ffn-my-work", "version": 1, "kept": {"<b>": 1}}), "named “<b>”"),
    ],
)
def test_a_strange_file_changes_nothing(
    visit: Callable[..., Page], page_with_store: str, file: str, said: str
) -> None:
    page = opened(visit, page_with_store)
    page.evaluate("kept.set('cell/x/1', 1)")
    assert said in page.evaluate(
        "(f) => { try { kept.load(f) } catch (e) { return e.message } }", file
    )
    assert page.evaluate("kept.list()") == [["cell/x/1", 1]]


@pytest.mark.parametrize(("script", "said"), [(FULL, "storage is full"), (FORBIDDEN, "forbids")])
def test_a_refusal_is_said(reader: Reader, page_with_store: str, script: str, said: str) -> None:
    page = opened(reader.open, page_with_store, script)
    assert page.evaluate("kept.set('cell/x/1', 1)") is False
    expect(page.get_by_role("alert")).to_contain_text(said)
    assert page.evaluate("[kept.get('cell/x/1') ?? null, kept.list(), kept.erase()]") == [
        None,
        [],
        0,
    ]
    assert reader.complaints == []

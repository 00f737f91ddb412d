"""Every page of the built book: quiet, of this host alone, accessible, and fit for a phone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page

from _ext import gallery
from browser.conftest import FLAGS, SAVING, Reader
from browser.sample_page import ROOT
from browser.serving import Server

Visit = Callable[..., Page]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]  # all that differs between light and dark


def documents() -> list[str]:
    """All pages, as the table of contents names them, and those that the theme adds."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf8"))
    files = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    own = [gallery.address(shown) for shown in gallery.everything()]
    return [contents["root"], *files, *own, "genindex", "search", "404"]


# One directive writes all entries of a list: axe, which takes its time over each, sees some.
THIN_OUT = """() => {
  const seen = {".ffn-ledger > li": 20, ".ffn-api > dl": 6, ".genindextable li": 20};
  for (const [entries, count] of Object.entries(seen))
    for (const entry of [...document.querySelectorAll(entries)].slice(count)) entry.remove();
}"""
FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# The theme's colours change in a moment, not at once; one that is put off is as good as done.
TRANSITIONS = """() => Promise.allSettled(document.getAnimations().map((each) => each.finished))"""
PAGES = documents()
CHAPTERS = [p for p in PAGES if re.fullmatch(r"chapters/\d\d_(?!claims).*", p)]


def address(served: Server, document: str) -> str:
    return f"{served.url}{document}.html"


def violations(page: Page, axe: str, rules: list[str]) -> list[str]:
    """What axe finds wrong, with the place."""
    page.evaluate(f"window.axe || (() => {{ {axe} }}).call(window)")
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, { runOnly: rules })", rules)
    return [
        f"{wrong['id']}: {node['target']} {node['html'][:120]} {node.get('failureSummary', '')}"
        for wrong in found["violations"]
        for node in wrong["nodes"]
    ]


def test_no_page_is_forgotten(site: Path) -> None:
    built = {
        str(page.relative_to(site).with_suffix(""))
        for page in site.rglob("*.html")
        if not {"_static", "_modules"} & set(page.parts)  # sources are listed by Sphinx itself
    }
    assert built == set(PAGES)


# The explorers' own pages are one template; what stands in it, their chapters' tests see.
SEEN = [p for p in PAGES if not p.startswith("explorers/")] + ["explorers/neurons-xor"]


@pytest.mark.parametrize("document", SEEN)
def test_page_is_quiet_accessible_and_fits(
    reader: Reader, served: Server, axe: str, document: str
) -> None:
    page = reader.open(
        address(served, document),
        script=SAVING,
        wait=False,
        color_scheme="light",
        bypass_csp=False,  # what the policy refuses is complained about
    )
    reader.settle(page)
    page.set_viewport_size({"width": 360, "height": 740})
    page.evaluate(FRAMES)
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll('body *')]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .map((e) => e.outerHTML.slice(0, 90))"""
    )
    faults = {"wider than a phone": wide}
    page.set_viewport_size({"width": 1100, "height": 900})
    page.evaluate(THIN_OUT)
    page.evaluate(FRAMES)
    page.evaluate(TRANSITIONS)
    faults["light"] = violations(page, axe, LEVELS)
    page.emulate_media(color_scheme="dark")
    page.evaluate(FRAMES)
    page.evaluate(TRANSITIONS)
    faults["dark"] = violations(page, axe, COLOURS)
    faults["console"] = reader.complaints
    faults["other hosts"] = reader.foreign
    assert {what: found for what, found in faults.items() if found} == {}


@pytest.mark.parametrize("document", CHAPTERS)
def test_pictures_and_sentences_are_there_without_javascript(
    reader: Reader, served: Server, document: str
) -> None:
    for width in (1100, 360):
        page = reader.open(
            address(served, document),
            wait=False,
            java_script_enabled=False,
            viewport={"width": width, "height": 800},
        )
        figures = page.locator("figure.ffn-explorer").all()
        assert figures, "every chapter has an explorer"
        for figure in figures:
            shown = figure.locator("svg.ffn-svg").locator("visible=true")
            assert shown.count() == 1, f"{shown.count()} pictures visible at {width} px"
            assert (shown.bounding_box() or {"height": 0})["height"] > 100
            assert figure.locator("figcaption.ffn-text").inner_text().strip()
        assert page.locator("noscript").count() >= 1
    assert reader.complaints == []
    assert reader.foreign == []


@pytest.mark.parametrize("document", CHAPTERS)
def test_pictures_are_there_before_any_script_runs(
    served: Server, site: Path, document: str
) -> None:
    del served
    html = (site / f"{document}.html").read_text(encoding="utf8")
    assert html.count('<figure class="ffn-explorer"') == html.count('<div class="ffn-wide"><svg')


@pytest.mark.parametrize("document", CHAPTERS)
def test_nothing_is_asked_of_another_host_when_python_starts(
    reader: Reader, served: Server, document: str
) -> None:
    """Scrolled through, with Python wanted: the site carries that too."""
    page = reader.open(address(served, document))
    for figure in page.locator("figure.ffn-explorer").all():
        figure.scroll_into_view_if_needed()
    page.wait_for_function("said.some((s) => s.startsWith('starting'))")
    assert reader.foreign == []
    assert reader.complaints == []


@pytest.mark.parametrize("document", CHAPTERS[:1])
def test_opened_as_a_file_the_page_shows_its_pictures_and_says_how_to_serve_it(
    reader: Reader, site: Path, document: str
) -> None:
    page = reader.open((site / f"{document}.html").as_uri(), wait=False)
    figure = page.locator("figure.ffn-explorer").first
    figure.locator("svg.ffn-svg").locator("visible=true").wait_for()
    note = page.get_by_text("make serve")
    note.wait_for()
    assert note.count() == 1
    assert page.locator("figure[data-mounted]").count() == 0
    assert not [url for url in reader.asked if not url.startswith(("file:", "data:"))]


def test_the_browser_can_reach_no_other_host(browser: Browser) -> None:
    """The tests above would not notice a request that was answered from elsewhere."""
    assert any("~NOTFOUND" in flag for flag in FLAGS)
    page = browser.new_page()
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://example.org/")
    page.close()

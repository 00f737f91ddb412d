"""The ledger's page: everything without JavaScript, and a filter that the address carries."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.serving import Server
from claims.ledger import load

Visit = Callable[..., Page]
ROWS = load().rows
PAGE = "chapters/11_claims.html"


def count(chapter: str = "", verdict: str = "") -> int:
    return sum(
        (not chapter or chapter in row.chapters) and (not verdict or row.verdict == verdict)
        for row in ROWS
    )


def shown(page: Page) -> int:
    return page.locator(".ffn-ledger > li:visible").count()


@pytest.fixture
def ledger(visit: Visit, served: Server) -> Callable[..., Page]:
    def opened(query: str = "", **options: Any) -> Page:
        return visit(f"{served.url}{PAGE}{query}", wait=False, **options)

    return opened


def test_everything_is_shown_without_javascript(ledger: Callable[..., Page]) -> None:
    page = ledger("?chapter=ffn&verdict=false", java_script_enabled=False)
    assert shown(page) == len(ROWS)
    assert not page.locator(".ffn-filter").is_visible()


def test_filter_by_keyboard_and_back(ledger: Callable[..., Page]) -> None:
    page = ledger()
    assert shown(page) == len(ROWS)
    page.get_by_label("Chapter").focus()
    page.keyboard.type("feed")  # a menu takes the first letters of an entry
    page.keyboard.press("Tab")
    page.keyboard.type("false")
    said = page.get_by_role("status")
    expect(said).to_have_text(f"{count('ffn', 'false')} of {len(ROWS)} claims are shown.")
    assert shown(page) == count("ffn", "false")
    assert re.search(r"\?chapter=ffn&verdict=false$", page.url)
    page.go_back()
    assert shown(page) == count("ffn")
    page.get_by_role("button", name="Show all").press("Enter")
    assert shown(page) == len(ROWS)
    assert page.url.endswith(PAGE)


def test_address_sets_the_filter(ledger: Callable[..., Page]) -> None:
    page = ledger("?chapter=softmax&verdict=imprecise&source=nobody")
    assert shown(page) == count("softmax", "imprecise")
    assert page.get_by_label("Chapter").input_value() == "softmax"
    assert page.get_by_label("Source").input_value() == ""
    assert page.locator("section:has(> .ffn-ledger):visible").count() < 3


def test_numbers_of_the_table_set_the_filter(ledger: Callable[..., Page]) -> None:
    page = ledger()
    link = page.locator('.ffn-tally a[href="?chapter=neurons&verdict=false"]')
    assert int(link.inner_text()) == count("neurons", "false")
    link.click()
    assert shown(page) == count("neurons", "false")
    assert page.get_by_label("Verdict").input_value() == "false"


def test_address_of_a_row_shows_it_whatever_the_filter(ledger: Callable[..., Page]) -> None:
    hidden = next(row for row in ROWS if row.verdict == "true")
    page = ledger(f"?verdict=false#{hidden.id.lower()}")
    expect(page.locator(f"#{hidden.id.lower()}")).to_be_in_viewport()
    assert shown(page) == len(ROWS)


def test_words_narrow_the_list_while_they_are_typed(ledger: Callable[..., Page]) -> None:
    page = ledger("?verdict=false")
    page.get_by_label("Words").press_sequentially("sinkhorn MIXTRAL")
    found = page.locator(".ffn-ledger > li:visible")
    expect(page.get_by_role("status")).to_contain_text(f"of {len(ROWS)} claims are shown")
    assert 0 < found.count() < count("", "false")
    for text in found.all_inner_texts():
        assert {"sinkhorn", "mixtral"} <= set(re.findall(r"\w+", text.lower()))
    page.get_by_label("Words").press("Enter")
    assert page.url.endswith("?verdict=false&words=sinkhorn+MIXTRAL")

"""A term of the glossary shows its entry at its link: pointer, keyboard, touch, or plain link."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from browser.conftest import pause
from browser.serving import Server

Visit = Callable[..., Page]
PAGE = "chapters/02_activations.html"
TERM = "a:has(> .std-term)"


def test_entry_by_pointer_and_by_keyboard(visit: Visit, served: Server) -> None:
    page = visit(served.url + PAGE, wait=False)
    link, entry = page.locator(TERM).first, page.get_by_role("tooltip")
    link.hover()
    expect(entry).to_be_visible()
    words = entry.inner_text()
    assert words.startswith(f"{link.inner_text()}.") or len(words) > 40
    entry.hover()  # the pointer may go and read it
    pause(page, 400)
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    page.mouse.move(0, 0)
    pause(page, 300)
    link.evaluate("link => link.previousSibling && link.focus({ focusVisible: true })")
    expect(entry).to_be_visible()
    assert link.get_attribute("aria-describedby") == entry.get_attribute("id")
    box = entry.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 1100
    page.keyboard.press("Tab")
    assert link.get_attribute("aria-describedby") is None


def test_first_tap_shows_and_second_follows(visit: Visit, served: Server) -> None:
    phone = {"width": 360, "height": 740}
    page = visit(served.url + PAGE, wait=False, has_touch=True, viewport=phone)
    link, entry = page.locator(TERM).first, page.get_by_role("tooltip")
    link.tap()
    expect(entry).to_be_visible()
    box = entry.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
    page.locator("article h1").tap()
    expect(entry).to_be_hidden()
    link.tap()
    link.tap()
    page.wait_for_url("**/glossary.html#term-*")


def test_without_javascript_the_link_leads_to_the_glossary(visit: Visit, served: Server) -> None:
    page = visit(served.url + PAGE, wait=False, java_script_enabled=False)
    page.locator(TERM).first.click()
    page.wait_for_url("**/glossary.html#term-*")
    expect(page.locator("dt:target")).to_be_in_viewport()

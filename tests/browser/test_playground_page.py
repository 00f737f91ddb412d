"""The playground in its page: states a press away, units seen large and switched off."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING
from browser.serving import Server

Visit = Callable[..., Page]


def playground(page: Page) -> Locator:
    figure = page.locator("#backprop-playground")
    figure.scroll_into_view_if_needed()
    return figure


def test_a_card_sets_a_state_says_what_to_notice_and_plays(visit: Visit, served: Server) -> None:
    page = visit(f"{served.url}chapters/03_backprop.html")
    figure = playground(page)
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("button", name="dead").click()
    expect(figure.locator(".ffn-preset-says")).to_contain_text("White maps are units that answer 0")
    expect(figure.get_by_role("combobox", name="activation")).to_be_visible()  # what differs
    chosen = figure.get_by_role("combobox", name="activation").locator("option:checked")
    expect(chosen).to_have_text("ReLU")
    expect(figure.get_by_role("button", name="pause")).to_be_visible()
    expect(figure.locator(".ffn-text")).to_contain_text("epochs: ")
    figure.get_by_role("button", name="pause").click()
    # The last hidden layer is dead: silencing a unit of it changes nothing but the picture's cross.
    unit = figure.get_by_role("button", name="switch unit 1 of layer 1 off")
    unit.press("Enter")
    other = figure.get_by_role("button", name="switch unit 1 of layer 1 on")
    expect(other).to_be_focused()
    expect(figure.locator(".ffn-text")).to_contain_text("Without unit 1 of layer 1 it would be")
    other.press("Enter")
    expect(figure.locator(".ffn-text")).not_to_contain_text("Without")


def test_the_pointer_shows_a_unit_large(visit: Visit, served: Server) -> None:
    page = visit(f"{served.url}chapters/03_backprop.html", script=SAVING)
    figure = playground(page)
    figure.locator('.ffn-pick[data-name="unit 3 of layer 2"]').hover()
    tip = figure.locator(".ffn-tip")
    expect(tip).to_contain_text("unit 3 of layer 2: up to")
    box = tip.locator("img").bounding_box()
    assert box
    assert box["width"] > 100


def test_a_page_opened_by_a_link_shows_picture_and_controls(visit: Visit, served: Server) -> None:
    page = visit(
        f"{served.url}chapters/03_backprop.html#backprop-playground?init=zeros",
        script=SAVING,
        viewport={"width": 1280, "height": 720},
    )
    figure = page.locator("#backprop-playground")
    expect(figure.locator(".ffn-svg")).to_be_in_viewport(ratio=0.99)
    expect(figure.locator(".ffn-bar")).to_be_in_viewport(ratio=0.99)
    expect(figure.get_by_role("button", name="play", exact=True)).to_be_in_viewport(ratio=0.99)

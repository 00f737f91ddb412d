"""Dragging, arrow keys, drawing and reading values, on the sample page."""

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING, pause
from browser.sample_page import SamplePage
from browser.serving import Server

Visit = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LIVE = '[data-state="live"]'


def live(page: Page, name: str) -> Locator:
    figure = page.locator(f"#sampler-{name}")
    if (asked := figure.get_by_role("button", name="go live")).is_visible():  # on a phone
        asked.click()
    figure.locator(LIVE).wait_for()
    figure.scroll_into_view_if_needed()
    return figure


def middle(locator: Locator) -> tuple[float, float]:
    box = locator.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def state(page: Page, name: str) -> dict[str, str]:
    """The parameters that the address holds, once they are of this explorer."""
    page.wait_for_url(re.compile(f"#sampler-{name}"))
    pause(page, 450)  # the address follows the gesture after a moment
    query = page.url.partition("#")[2].partition("?")[2]
    return {key: values[0] for key, values in parse_qs(query).items()}


def touch(page: Page, *places: tuple[float, float]) -> None:
    """One finger put down at the first place, moved over the others, lifted."""
    session = page.context.new_cdp_session(page)
    kinds = ["touchStart"] + ["touchMove"] * (len(places) - 1)
    for kind, (x, y) in zip(kinds, places, strict=True):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


def test_handle_of_a_point_is_dragged_with_the_mouse(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = live(page, "handles")
    x, y = middle(figure.get_by_label("kink 2"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 40, steps=4)
    page.mouse.up()
    expect(figure.locator(".ffn-text")).not_to_contain_text("the middle kink is at 0, 1.")
    kinks = json.loads(state(page, "handles")["kinks"])
    assert kinks[0] == [-2, 0]
    assert kinks[1][0] > 0
    assert kinks[1][1] < 1
    moved = middle(figure.get_by_label("kink 2"))
    assert moved == (pytest.approx(x + 20, abs=4), pytest.approx(y + 40, abs=4))


def test_handle_is_dragged_by_touch_and_the_page_stays(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), **PHONE)
    figure = live(page, "handles")
    handle = figure.get_by_label("weights")
    handle.scroll_into_view_if_needed()
    x, y = middle(handle)
    before = page.evaluate("scrollY")
    touch(page, (x, y), (x - 10, y - 10), (x - 30, y - 30), (x - 50, y - 50))
    expect(figure.locator(".ffn-text")).not_to_contain_text("Weights 1 and 0.5")
    said = state(page, "handles")
    assert float(said["w"]) < 1
    assert float(said["b"]) > 0.5
    assert page.evaluate("scrollY") == before


def test_slider_is_moved_by_touch(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), **PHONE)
    figure = live(page, "controls")
    slider = figure.get_by_role("slider").first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    touch(page, *[(box["x"] + share * box["width"], y) for share in (0.7, 0.5, 0.3, 0.1)])
    expect(figure.locator(".ffn-text")).to_contain_text(re.compile("weight −[12]"))
    expect(figure.locator("output").first).to_have_text(re.compile(r"^−[12]\.\d px$"))


def test_handles_move_with_the_arrow_keys_and_keep_the_focus(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url())
    figure = live(page, "handles")
    handle = figure.get_by_label("weights")
    handle.focus()
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".ffn-text")).to_contain_text("Weights 1.1 and 0.5")
    page.keyboard.press("Shift+ArrowUp")
    expect(figure.locator(".ffn-text")).to_contain_text("Weights 1.1 and 1.5")
    expect(handle).to_be_focused()
    expect(figure.get_by_role("slider").nth(1)).to_have_value("1.5")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    expect(figure.locator(".ffn-text")).to_contain_text("Weights 1.1 and 3;")
    figure.get_by_label("kink 2").focus()
    page.keyboard.press("ArrowDown")
    expect(figure.locator(".ffn-text")).to_contain_text("kink is at 0, 0.95")


def test_a_curve_is_drawn(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = live(page, "marks")
    box = figure.locator("[data-sketch]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 0.1 * box["height"], steps=3)
    page.mouse.up()
    expect(figure.locator(".ffn-text")).to_contain_text("middle is at 0.9")
    drawn = json.loads(state(page, "marks")["curve"])
    assert [x for x, _ in drawn] == [-1, -0.5, 0, 0.5, 1]
    assert all(0.85 < y < 0.95 for _, y in drawn)


def test_a_picture_is_drawn_by_pointer_by_finger_and_by_keys(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url())
    figure = live(page, "board")
    clear = figure.get_by_role("button", name="clear drawing")
    expect(clear).to_be_disabled()
    sheet = figure.locator("[data-canvas]")
    box = sheet.bounding_box()
    assert box
    cell = box["width"] / 8
    page.mouse.move(box["x"] + 0.5 * cell, box["y"] + 4.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 7.5 * cell, box["y"] + 4.5 * cell, steps=5)
    page.mouse.up()
    expect(figure.locator(".ffn-text")).to_have_text(
        "8 cells have ink, 8 of them in the fifth row."
    )
    assert state(page, "board")["drawn"] == "00000000ff000000"
    clear.click()
    expect(figure.locator(".ffn-text")).to_contain_text("0 cells have ink")
    sheet.focus()
    for key in ("ArrowRight", " ", "ArrowUp", "ArrowUp", " ", "ArrowUp"):
        page.keyboard.press(key)
    expect(figure.locator(".ffn-text")).to_contain_text("in the fifth row")
    expect(figure.locator(".ffn-text")).not_to_contain_text("0 cells have ink")
    expect(figure.locator(".ffn-tip")).to_have_text("pen up: column 5, row 1")
    phone = visit(sample.url(), **PHONE)
    figure = live(phone, "board")
    x, y = middle(figure.locator("[data-canvas]"))
    before = phone.evaluate("scrollY")
    touch(phone, (x, y), (x, y + 10), (x, y + 40))
    expect(figure.locator(".ffn-text")).not_to_contain_text("0 cells have ink")
    assert phone.evaluate("scrollY") == before


def test_values_are_read_with_the_pointer(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = live(page, "controls")
    tip = figure.locator(".ffn-tip")
    expect(tip).to_be_hidden()
    box = figure.locator(".ffn-plot > rect").first.bounding_box()  # curves reach beyond it
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.95, box["y"] + box["height"] * 0.95)
    expect(tip).to_have_text(re.compile(r"^x 2\.7: sine 0\.14\d, zero 0$"))
    mark = figure.locator('[data-near="xy"]')
    xs, ys = (str(mark.get_attribute(f"data-{axis}s")).split() for axis in "xy")
    x, y = next((float(a), float(b)) for a, b in zip(xs, ys, strict=True) if abs(float(b)) < 2)
    page.mouse.move(
        box["x"] + box["width"] * (x + 3) / 6 + 2, box["y"] + box["height"] * (2 - y) / 4 + 2
    )
    expect(tip).to_have_text(re.compile(rf"^dot: {x:.3g}, ".replace("-", "−")))
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()


def test_values_of_bars_nodes_weights_and_fields_are_read(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = live(page, "marks")
    tip = figure.locator(".ffn-tip")
    figure.locator('[data-tip^="r:"]').hover()
    expect(tip).to_have_text("r: −2")
    figure.locator('circle[data-tip^="out:"]').hover()
    expect(tip).to_have_text("out: 1")
    figure = live(page, "handles")
    box = figure.locator("image").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.98 * box["width"], box["y"] + 0.5 * box["height"])
    expect(figure.locator(".ffn-tip")).to_have_text(re.compile(r"^2\.8\d*, .*: about (1|0\.99)$"))
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 0.5 * box["height"])
    expect(figure.locator(".ffn-tip")).to_have_text(re.compile(r": about −(1|0\.99)$"))


def test_values_are_read_with_the_keyboard(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = live(page, "controls")
    plot = figure.get_by_role("group", name=re.compile("arrow keys read the values"))
    plot.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    tip = figure.locator(".ffn-tip")
    expect(tip).to_have_text(re.compile(r"^x −2\.\d+: sine"))
    expect(tip).to_have_attribute("aria-live", "polite")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_a_read_out_stays_inside_the_window(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), **PHONE)
    figure = live(page, "controls")
    plot = figure.locator(".ffn-plot")
    plot.focus()
    for key in ("End", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
        box = figure.locator(".ffn-tip").bounding_box()
        if box:
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360


def test_everything_is_reached_by_the_tab_key(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    live(page, "handles")
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                """() => { const e = document.activeElement;
                if (e.matches('input, select')) return e.type;
                return e.getAttribute('aria-roledescription') ?? e.tagName.toLowerCase(); }"""
            )
        )
    expected = {"range", "radio", "select-one", "checkbox", "number", "text", "button"}
    assert expected | {"movable point", "svg", "summary", "a"} <= seen


def test_a_click_on_a_point_chooses_what_it_stands_for(visit: Visit, served: Server) -> None:
    page = visit(f"{served.url}chapters/09_experiments.html", script=SAVING)
    figure = page.locator("#experiments-tradeoff")
    figure.scroll_into_view_if_needed()
    before = figure.locator(".ffn-text").inner_text()
    point = figure.locator('.ffn-choose:not([data-option="dense"])').last
    option = point.get_attribute("data-option")
    assert option
    assert not before.startswith(f"{option}, ")
    x, y = point.evaluate("(p) => { const b = p.getBoundingClientRect(); return [b.x, b.y]; }")
    page.mouse.click(x, y)
    expect(figure.locator(".ffn-text")).to_contain_text(f"{option}, ")
    chosen = figure.get_by_role("combobox", name="row").locator("option:checked")
    expect(chosen).to_have_text(option)

"""Before Python is there, while it is at work, and on the next page: nothing stands still."""

import re
import threading
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import pause
from browser.sample_page import DOUBLE, SamplePage

Visit = Callable[..., Page]


class Gate:
    """A double of Python that starts when it is told to."""

    def __init__(self, sample: SamplePage) -> None:
        self.opened = threading.Event()
        folder = sample.folder / "gated"
        folder.mkdir(exist_ok=True)
        wait = 'await fetch("/gate", { method: "POST", body: "" });\n  const answer ='
        (folder / "pyodide.mjs").write_text(DOUBLE.replace("const answer =", wait))
        sample.server.posts["/gate"] = self._wait

    def _wait(self, body: bytes) -> bytes:
        del body
        self.opened.wait(60)
        return b"open"


@pytest.fixture
def gate(sample: SamplePage) -> Iterator[Gate]:
    gate = Gate(sample)
    yield gate
    gate.opened.set()


@pytest.fixture
def busy(sample: SamplePage) -> Iterator[SamplePage]:
    """The sample page, whose double of Python may be told that it is at work."""
    yield sample
    sample.done = None


def test_a_combination_shows_the_nearest_picture_then_the_exact_one(
    visit: Visit, sample: SamplePage, gate: Gate
) -> None:
    page = visit(sample.url(pyodide="gated/"))
    figure = page.locator("#sampler-controls")
    text, notes = figure.locator(".ffn-text"), figure.locator(".ffn-notes")
    slider = figure.get_by_role("slider", name="weight w")
    slider.press("End")
    expect(text).to_contain_text("of iron with weight 3,")
    expect(figure.locator("[data-approximate]")).to_have_count(0)
    figure.get_by_role("combobox").select_option("gold")
    expect(text).to_contain_text("of gold with weight 1,")
    expect(figure.locator("[data-approximate]")).to_have_count(1)
    expect(notes).to_contain_text("approximate")
    expect(slider).to_have_value("3")
    slider.press("ArrowLeft")
    expect(text).to_contain_text("of iron with weight 2.9,")  # what was moved last counts
    assert figure.locator(".ffn-picture").evaluate("e => getComputedStyle(e).opacity") == "1"
    gate.opened.set()
    expect(text).to_contain_text("of gold with weight 2.9,")
    expect(figure.locator("[data-approximate]")).to_have_count(0)
    expect(notes).to_be_hidden()


def test_play_pressed_before_python_is_there_is_not_forgotten(
    visit: Visit, sample: SamplePage, gate: Gate
) -> None:
    page = visit(sample.url(pyodide="gated/"))
    figure = page.locator("#sampler-run")
    figure.scroll_into_view_if_needed()
    figure.get_by_role("slider", name="rate").press("End")
    expect(figure.locator(".ffn-text")).to_contain_text("at rate 1:")
    figure.get_by_role("button", name="play").click()
    expect(figure.locator(".ffn-notes")).to_contain_text("needs live Python")
    expect(figure.get_by_role("button", name="pause")).to_be_visible()
    gate.opened.set()
    expect(figure.locator(".ffn-text")).to_contain_text("After 60 steps at rate 1:")
    expect(figure.get_by_role("button", name="play")).to_be_visible()


def test_a_long_computation_says_how_far_it_is_and_can_be_stopped(
    visit: Visit, busy: SamplePage
) -> None:
    page = visit(busy.url())
    figure = page.locator("#sampler-controls")
    text, bar = figure.locator(".ffn-text"), figure.locator(".ffn-progress")
    figure.locator('[data-state="live"]').wait_for()
    busy.done = 0.25
    figure.get_by_role("slider", name="weight w").press("End")
    expect(bar).to_be_visible()
    expect(figure.locator(".ffn-working")).to_contain_text("25 % done")
    expect(bar).to_have_attribute("value", "0.25")
    busy.done = 0.5
    expect(figure.locator(".ffn-working")).to_contain_text("50 % done")
    expect(text).to_contain_text("with weight 1,")  # the last picture stays
    figure.get_by_role("button", name="stop").click()
    expect(figure.locator(".ffn-notes")).to_contain_text("Stopped")
    expect(bar).to_be_hidden()
    expect(figure.locator(".ffn-status")).to_have_text("live")  # it heard: no new start
    busy.done = None
    figure.get_by_role("slider", name="weight w").press("Home")
    expect(text).to_contain_text("with weight −3,")
    expect(figure.locator(".ffn-notes")).to_be_hidden()


def test_a_change_does_not_wait_for_what_nobody_wants_any_more(
    visit: Visit, busy: SamplePage
) -> None:
    page = visit(busy.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    busy.done = 0.1
    slider = figure.get_by_role("slider", name="weight w")
    slider.press("End")
    expect(figure.locator(".ffn-progress")).to_be_visible()
    slider.press("Home")
    expect(figure.locator(".ffn-notes")).to_be_hidden()
    busy.done = None
    expect(figure.locator(".ffn-text")).to_contain_text("with weight −3,")


def test_the_next_page_of_a_visit_is_served_by_the_same_python(
    visit: Visit, sample: SamplePage
) -> None:
    loads = '() => said.includes("live")'
    page = visit(sample.url())
    page.wait_for_function(loads)
    begun = len([path for path, _ in sample.server.sent if path.endswith("double/pyodide.mjs")])
    other = page.url
    page.goto(sample.server.url + "ffn/file.js")
    page.goto(other)
    page.wait_for_function(loads)
    figure = page.locator("#sampler-controls")
    figure.get_by_role("slider", name="weight w").press("End")
    figure.get_by_role("combobox").select_option("gold")
    expect(figure.locator(".ffn-text")).to_contain_text("of gold with weight 3,")
    sent = [path for path, _ in sample.server.sent if path.endswith("double/pyodide.mjs")]
    assert len(sent) == begun


def test_what_is_the_same_in_two_pictures_stays_in_the_page(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    figure.evaluate("f => f.querySelectorAll('.ffn-svg *').forEach((e) => (e.known = true))")
    figure.get_by_role("slider", name="weight w").press("End")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 3,")
    figure.get_by_role("combobox").select_option("gold")
    expect(figure.locator(".ffn-svg")).to_contain_text("gold")
    new = "f => [...f.querySelectorAll('.ffn-svg *')].filter((e) => !e.known).length"
    assert figure.evaluate(new) == 0


def test_a_drag_is_read_out_when_it_is_over(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    live = figure.evaluate(
        """async figure => {
            const slider = figure.querySelector('input[type=range]');
            const text = figure.querySelector('.ffn-text'), live = [];
            for (let w = -3; w <= 3; w += 0.5) {
                const said = new Promise((done) => new MutationObserver((_, seen) => {
                    seen.disconnect(); done(); }).observe(text, { childList: true }));
                slider.value = w;
                slider.dispatchEvent(new Event('input', { bubbles: true }));
                await said;
                live.push(text.getAttribute('aria-live'));
            }
            return live; }"""
    )
    assert live[0] == "polite"
    assert "off" in live
    expect(figure.locator(".ffn-text")).to_have_attribute("aria-live", "polite")
    if live[-1] == "off":
        expect(figure.locator(".ffn-spoken")).to_contain_text("weight 3,")
    pause(page, 4000)
    assert re.fullmatch(r"\s*", figure.locator(".ffn-spoken").inner_text())

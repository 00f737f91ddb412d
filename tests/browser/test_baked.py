"""Every explorer of the book, without Python: each control, by keyboard and by pointer, gives the
picture, the read-out and the sentence that CPython gives."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING, Reader
from browser.serving import Server
from browser.test_pages import CHAPTERS, address
from ffnlib.figures import Button, Choice, Control, Explorer, Slider, Steps, Toggle, find

DRAWN = (Path(__file__).parent / "drawn.js").read_text(encoding="utf8")
SAME = """([key, text, svg]) => {
  const figure = document.getElementById(key);
  return figure.querySelector('.ffn-text').textContent === text
    && drawn(figure.querySelector('.ffn-picture')) === drawn(svg);
}"""


class Figure:
    """One explorer on a page, and what Python says it should show."""

    def __init__(self, page: Page, node: Locator) -> None:
        self.page = page
        self.key = str(node.get_attribute("id"))
        self.node = page.locator(f'[id="{self.key}"]')
        start = page.evaluate(
            "id => JSON.parse(document.getElementById(id).dataset.start)", self.key
        )
        self.explorer: Explorer = find(str(node.get_attribute("data-explorer"))).show(**start)
        self.faults: list[str] = []

    def control(self, name: str) -> Locator:
        row = self.node.locator(f'.ffn-controls [data-control="{name}"]')
        more = self.node.locator(".ffn-more > summary")
        if not row.is_visible() and more.count():
            more.click()
        return row

    def shows(self, what: str, **params: Any) -> dict[str, Any]:
        """Wait for the answer to these parameters, the others at their start."""
        expected = self.explorer.answer({**self.explorer.start, **params})
        if "error" in expected:
            self.faults.append(f"{self.key} {what}: {expected['error']}")
            return expected
        try:
            self.page.wait_for_function(SAME, arg=[self.key, expected["text"], expected["svg"]])
        except BrowserError:
            self.faults.append(f"{self.key} {what} {params}: shows {self.said()!r}")
        return expected

    def said(self) -> str:
        return self.node.locator(".ffn-text").inner_text()

    def reset(self) -> None:
        self.node.get_by_role("button", name="reset").click()
        self.shows("reset")


def _visible(control: Control) -> bool:
    return type(control).__name__ not in {"Points", "Picked"}


def try_slider(figure: Figure, slider: Slider) -> None:
    """To the far end and back a step by keys, then somewhere by the pointer."""
    stops, start = slider.stops(), figure.explorer.start[slider.name]
    row = figure.control(slider.name)
    handle, output = row.get_by_role("slider"), row.locator("output")
    before = figure.shows("start")
    end, key, back = (
        (stops[-1], "End", "ArrowLeft") if start != stops[-1] else (stops[0], "Home", "ArrowRight")
    )
    read_out = output.inner_text()
    handle.press(key)
    after = figure.shows(f"{slider.name} at its end", **{slider.name: end})
    if before.get("text") == after.get("text"):
        figure.faults.append(f"{figure.key} {slider.name} at {end}: the sentence stays the same")
    if output.inner_text() == read_out:
        figure.faults.append(f"{figure.key} {slider.name}: the read-out stays {read_out!r}")
    handle.press(back)
    figure.shows("a step back", **{slider.name: stops[-2 if end == stops[-1] else 1]})
    box = handle.bounding_box()
    assert box
    handle.click(position={"x": 0.31 * box["width"], "y": box["height"] / 2})
    value = float(handle.input_value())
    figure.shows("by the pointer", **{slider.name: int(value) if slider.whole else value})


def try_choice(figure: Figure, choice: Choice) -> None:
    row, start = figure.control(choice.name), figure.explorer.start[choice.name]
    others = [option for option in choice.options if option != start]
    if row.locator("select").count():
        row.locator("select").select_option(index=list(choice.options).index(others[-1]))
        figure.shows("chosen", **{choice.name: others[-1]})
        return
    row.locator("label").nth(list(choice.options).index(others[-1])).click()
    figure.shows("by the pointer", **{choice.name: others[-1]})
    figure.page.keyboard.press("ArrowRight")
    options = list(choice.options)
    turned = options[(options.index(others[-1]) + 1) % len(options)]
    figure.shows("by the arrow key", **{choice.name: turned})


def try_toggle(figure: Figure, toggle: Toggle) -> None:
    box, start = figure.control(toggle.name).locator("input"), figure.explorer.start[toggle.name]
    box.press("Space")
    figure.shows("by the space bar", **{toggle.name: not start})
    box.click()
    figure.shows("by the pointer", **{toggle.name: start})


def try_button(figure: Figure, button: Button) -> None:
    node, start = (
        figure.control(button.name).get_by_role("button"),
        figure.explorer.start[button.name],
    )
    node.click()
    figure.shows("by the pointer", **{button.name: start + 1})
    node.press("Enter")
    figure.shows("by the enter key", **{button.name: start + 2})


def try_steps(figure: Figure, steps: Steps) -> None:
    handle = figure.control(steps.name).get_by_role("slider")
    handle.press("End")
    if steps.last in steps.stops():
        figure.shows("at the end", **{steps.name: steps.last})


TRIES = {
    Slider: try_slider,
    Choice: try_choice,
    Toggle: try_toggle,
    Button: try_button,
    Steps: try_steps,
}


@pytest.mark.parametrize("document", CHAPTERS)
def test_every_control_of_every_explorer(reader: Reader, served: Server, document: str) -> None:
    page = reader.open(address(served, document), script=SAVING + DRAWN)
    faults = []
    for node in page.locator("figure.ffn-explorer").all():
        figure = Figure(page, node)
        figure.node.scroll_into_view_if_needed()
        for control in figure.explorer.controls.values():
            if type(control) in TRIES:
                TRIES[type(control)](figure, control)  # type: ignore[operator]
                figure.reset()
        faults += figure.faults
    assert faults == []
    assert reader.complaints == []


ANSWERED = """([key, text]) => {
  const figure = document.getElementById(key), notes = figure.querySelector('.ffn-notes');
  return figure.querySelector('.ffn-text').textContent === text
    || notes.textContent.startsWith('This needs live Python');
}"""


@pytest.mark.parametrize("document", CHAPTERS)
def test_every_link_in_the_text_sets_its_explorer(
    reader: Reader, served: Server, document: str
) -> None:
    """To what the sweeps hold; else the explorer says that it needs Python."""
    page = reader.open(address(served, document), script=SAVING)
    faults = []
    for link in page.locator("a.ffn-explore").all():
        key = str(link.get_attribute("href"))[1:].partition("?")[0]
        params = json.loads(str(link.get_attribute("data-params")))
        figure = Figure(page, page.locator(f'[id="{key}"]'))
        wanted = figure.explorer.answer({**figure.explorer.start, **params})
        link.scroll_into_view_if_needed()
        link.click()
        expect(figure.node).to_be_in_viewport()
        try:
            page.wait_for_function(ANSWERED, arg=[key, wanted["text"]])
        except BrowserError:
            faults.append(f"{key} {params}: shows {figure.said()!r}")
    assert faults == []
    assert reader.complaints == []

"""Every explorer can be read and fits one screen with its controls, on a desk and on a phone."""

import importlib
import os
import pkgutil
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import ffnlib.explorers
from browser.conftest import SAVING
from browser.serving import Server
from browser.test_pages import CHAPTERS, FRAMES, address
from ffnlib.figures import WIDTHS, Control, Drawing, Explorer, Points, Slider, Steps, Text, svg

Visit = Callable[..., Page]
HERE = Path(__file__).parent
CHECK = (HERE / "layout.js").read_text(encoding="utf8")
STYLE = Path(str(importlib.resources.files("ffnlib") / "static" / "explorer.css"))
STATES = int(os.environ.get("FFN_LAYOUT_STATES", "3"))
"""Random states of each explorer that are looked at, beside its start."""
FIRST_STEPS = 40
"""A run is followed no further here."""
WRITTEN = ("the ", "a network of layers", "iiiiiiiiiiiiiiii", "WWWW")


def explorers() -> Iterator[Explorer]:
    """All explorers there are."""
    for module in pkgutil.iter_modules(ffnlib.explorers.__path__):
        topic = importlib.import_module(f"ffnlib.explorers.{module.name}")
        yield from (found for found in vars(topic).values() if isinstance(found, Explorer))


def anywhere(control: Control, rng: random.Random) -> Any:
    """A value that a control allows."""
    if isinstance(control, Points):
        return [[rng.uniform(*control.x), rng.uniform(*control.y)] for _ in range(control.n)]
    if isinstance(control, Text) and control.name == "hidden":
        return rng.choice(("1", "8, 8", "10, 10, 10, 10, 10"))
    if isinstance(control, Text):
        return rng.choice(WRITTEN)[: control.max_length]
    if isinstance(control, Drawing):
        return rng.choice(("", "".join(rng.choices("0f", k=control.side**2 // 4))))
    if isinstance(control, Steps):
        return rng.choice([stop for stop in control.stops() if stop <= FIRST_STEPS])
    if isinstance(control, Slider):
        return control.check(rng.uniform(control.lo, control.hi))[0]
    options = getattr(control, "options", None)
    if not control.stops():
        return [option for option in options or () if rng.random() < 0.5] or list(options or ())[:1]
    return rng.choice(control.stops())


def states(shown: Explorer) -> Iterator[dict[str, Any]]:
    """The start, and a few more: the same in every run."""
    rng = random.Random(shown.name)
    yield {}
    for _ in range(STATES):
        asked = {name: anywhere(control, rng) for name, control in shown.controls.items()}
        yield shown.clean(asked)[0]


ALL = list(explorers())


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    """A page in the course's style that shows one picture after another."""
    page = browser.new_page()
    page.set_content(
        f"<style>{STYLE.read_text(encoding='utf8')} body {{ font-family: sans-serif }}</style>"
        '<div id="here" class="ffn-root"></div>'
    )
    page.evaluate(f"() => {{ {CHECK} }}")
    yield page
    page.close()


def unreadable(sheet: Page, picture: str, width: int) -> list[str]:
    """What is printed over other words or cut in a picture drawn at its own size."""
    return sheet.evaluate(
        """([picture, width]) => {
        const here = document.getElementById("here");
        here.style.width = `${width}px`;
        here.innerHTML = picture;
        return overprinted(here.firstElementChild); }""",
        [picture, width],
    )


@pytest.mark.parametrize("shown", ALL, ids=lambda shown: shown.name)
def test_no_words_are_overprinted_or_cut(sheet: Page, shown: Explorer) -> None:
    faults = {}
    for state in states(shown):
        scene = shown(**state)
        for name, width in WIDTHS.items():
            if found := unreadable(sheet, svg(scene, shown.title, name), width):
                faults[f"{name} at {state or 'its start'}"] = found
    assert faults == {}


def test_the_check_sees_what_cannot_be_read(sheet: Page) -> None:
    def drawn(*words: tuple[int, int, str]) -> str:
        texts = "".join(
            f'<text x="{x}" y="{y}" font-size="12">{said}</text>' for x, y, said in words
        )
        return f'<svg class="ffn-svg" viewBox="0 0 200 100">{texts}</svg>'

    assert unreadable(sheet, drawn((10, 20, "one"), (60, 20, "two"), (10, 32, "three")), 200) == []
    assert "overlap" in unreadable(sheet, drawn((10, 20, "one"), (20, 22, "two")), 200)[0]
    assert "cut" in unreadable(sheet, drawn((185, 20, "sideways")), 200)[0]
    ground = '<rect width="20" height="99"/>'
    inside = f'<svg class="ffn-plot" width="20" height="99">{ground}<text y="20">long</text></svg>'
    assert "cut" in unreadable(sheet, drawn().replace("</svg>", f"{inside}</svg>"), 200)[0]


SIZES = {"desk": (1280, 720), "phone": (390, 844)}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("document", CHAPTERS)
def test_a_link_brings_picture_and_controls_onto_one_screen(
    visit: Visit, served: Server, document: str, size: str
) -> None:
    width, height = SIZES[size]
    phone = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
    page = visit(
        address(served, document),
        script=SAVING,
        viewport={"width": width, "height": height},
        **phone,
    )
    page.evaluate(f"() => {{ {CHECK} }}")
    faults = {}
    for figure in page.locator("figure.ffn-explorer").all():
        key = str(figure.get_attribute("id"))
        page.evaluate("() => scrollTo(0, 0)")
        page.evaluate("(key) => { location.hash = `#${key}?`; }", key)
        page.evaluate(FRAMES)
        page.evaluate(FRAMES)
        if found := page.evaluate("(key) => together(key)", key):
            faults[key] = found
    assert faults == {}

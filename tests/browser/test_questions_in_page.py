"""Predictions, questions, the hunt and progress, as a reader meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import SAVING, Reader
from browser.serving import Server
from browser.test_pages import LEVELS

PIECES = "#predict-pieces-of-ten-layers"


def chapter(served: Server, name: str) -> str:
    return f"{served.url}chapters/{name}.html"


def live(page: Page) -> Page:
    page.wait_for_selector(".ffn-ask.ffn-live")
    return page


def test_the_figure_waits_for_the_answer(visit: Callable[..., Page], served: Server) -> None:
    page = live(
        visit(chapter(served, "01_neurons"), script=SAVING, asks=True)
    )  # Python never starts
    figure = page.locator("#neurons-pieces .ffn-text")
    expect(figure).to_contain_text("4 layers of 2")
    box = page.locator(PIECES)
    box.get_by_role("button", name="Commit").click()
    expect(box.locator(".ffn-result")).to_contain_text("Write a number")
    expect(figure).to_contain_text("4 layers of 2")
    box.get_by_role("textbox").fill("20")
    box.get_by_role("textbox").press("Enter")
    expect(box.locator(".ffn-result")).to_contain_text("what one hidden layer makes")
    expect(box.locator(".ffn-result")).to_contain_text("1,024")
    expect(figure).to_contain_text("10 layers of 2")
    expect(figure).to_contain_text("1,024 straight pieces")
    page.go_back()
    live(page)
    page.reload()
    expect(page.locator(f"{PIECES}.ffn-done")).to_be_visible()  # kept
    page.locator(PIECES).get_by_role("button", name="Ask me again").click()
    expect(page.locator(PIECES).get_by_role("textbox")).to_be_enabled()
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.includes('predict/'))") == []


def test_a_figure_that_would_tell_is_held(visit: Callable[..., Page], served: Server) -> None:
    page = live(visit(chapter(served, "03_backprop"), script=SAVING, asks=True))
    box = page.locator("#predict-optimizers-in-a-valley")
    box.scroll_into_view_if_needed()
    figure = page.locator("#backprop-optimizers .ffn-text")
    expect(figure).to_contain_text("All four start")
    assert page.evaluate("location.hash") == ""
    box.get_by_role("button", name="Move up: Nesterov").focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(box.locator(".ffn-heard")).to_have_text("Nesterov: now 1 of 4")
    box.get_by_role("button", name="Skip").press("Enter")
    expect(figure).to_contain_text("After 30 steps")
    expect(box.locator(".ffn-result li")).to_have_text(
        ["Nesterov", "SGD", "heavy ball (momentum)", "Adam"]
    )


def test_cells_that_would_tell_are_covered(visit: Callable[..., Page], served: Server) -> None:
    page = live(visit(chapter(served, "03_backprop"), script=SAVING, asks=True))
    box = page.locator("#predict-wrong-labels")
    cell = page.locator("#predict-wrong-labels + .cell")
    expect(cell).to_be_hidden()
    box.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box.locator(".ffn-result")).to_contain_text("Right.")
    expect(cell).to_be_visible()


def test_a_question_may_be_tried_again(visit: Callable[..., Page], served: Server) -> None:
    page = live(visit(chapter(served, "04_softmax"), script=SAVING, asks=True))
    box = page.locator("#question-doubled-logits")
    box.get_by_role("radio").nth(1).check()
    box.get_by_role("button", name="Check").click()
    expect(box.locator(".ffn-result")).to_contain_text("halves the logits")
    box.get_by_role("radio").nth(0).check()
    box.get_by_role("button", name="Check").click()
    expect(box.locator(".ffn-result")).to_contain_text("Right.")
    point = page.locator("#predict-lse-gap")
    point.locator("svg").click(position={"x": 60, "y": 190})
    point.get_by_role("button", name="Commit").click()
    expect(point.locator(".ffn-result")).to_contain_text("far above")
    expect(page.locator("#softmax-lse .ffn-text")).to_contain_text("Between equal numbers")


def test_without_scripts_the_answer_is_folded(reader: Reader, served: Server) -> None:
    page = reader.open(
        chapter(served, "01_neurons"), wait=False, asks=True, java_script_enabled=False
    )
    box = page.locator("#predict-shear")
    expect(box.locator(".ffn-options li")).to_have_count(3)
    expect(box.locator(".ffn-explained")).to_be_hidden()
    box.locator("summary").click()
    expect(box.locator(".ffn-explained")).to_contain_text("Right: B")


def test_the_hunt_counts_points(visit: Callable[..., Page], served: Server) -> None:
    page = visit(
        f"{chapter(served, '03_backprop')}#backprop-hunt?network=5", script=SAVING, asks=True
    )
    hunt = page.locator(".ffn-hunt")
    expect(hunt.locator(".ffn-hunt-title")).to_have_text("Network 5 of 100")
    told = json.loads(hunt.get_attribute("data-hunt") or "")
    truth = told["hidden"][4]
    hunt.locator("input[name=place]").nth(told["begins"][truth]).check()
    hunt.locator("input[name=fault]").nth(truth).check()
    assert told["faults"][truth] not in hunt.locator(".ffn-result").inner_text()
    hunt.get_by_role("button", name="Commit").click()
    expect(hunt.locator(".ffn-score")).to_contain_text("3 of 3 points")
    hunt.get_by_role("button", name="Next network").click()
    expect(hunt.locator(".ffn-hunt-title")).to_have_text("Network 6 of 100")
    expect(page.locator("#backprop-hunt .ffn-text")).to_contain_text("Network 6 ")
    wrong = (told["hidden"][5] + 1) % len(told["faults"])
    hunt.locator("input[name=place]").first.check()
    hunt.locator("input[name=fault]").nth(wrong).check()
    hunt.get_by_role("button", name="Commit").click()
    expect(hunt.locator(".ffn-result")).to_contain_text(told["against"][wrong][told["hidden"][5]])


def test_all_work_is_kept_here_and_nothing_leaves(
    reader: Reader, served: Server, tmp_path: Path
) -> None:
    page = live(reader.open(chapter(served, "01_neurons"), script=SAVING, asks=True))
    sent: list[str] = []
    page.context.on("request", lambda r: sent.append(f"{r.method} {r.url} {r.post_data or ''}"))
    page.locator(PIECES).get_by_role("textbox").fill("1024")
    page.locator(PIECES).get_by_role("textbox").press("Enter")
    expect(page.locator(f"{PIECES} .ffn-result")).to_contain_text("Right.")
    page.locator("h2#one-neuron, section#one-neuron").first.scroll_into_view_if_needed()
    page.wait_for_function("localStorage['ffn.read/chapters/01_neurons']")
    expect(page.locator(".bd-sidebar-primary .ffn-done-so-far")).to_contain_text("1 of")
    page.goto(f"{served.url}index.html")
    expect(page.locator("[data-ffn-continue] a")).to_contain_text("1 · Neurons")
    page.goto(f"{served.url}chapters/my_work.html")
    expect(page.locator("[data-ffn-progress] td").nth(1)).to_contain_text("1 of")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save to a file").click()
    file = tmp_path / "work.json"
    download.value.save_as(file)
    page.get_by_role("button", name="Erase everything").click()
    page.get_by_role("button", name="Yes, erase everything").click()
    expect(page.locator("[data-ffn-progress]")).to_contain_text("not begun")
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('ffn.'))") == []
    page.locator("#ffn-work-file").set_input_files(file)
    expect(page.locator(".ffn-work-said")).to_contain_text("Loaded")
    expect(page.locator("[data-ffn-progress] td").nth(1)).to_contain_text("1 of")
    reader.settle(page)
    assert page.context.cookies() == []
    assert reader.foreign == []
    assert sent
    assert all(line.startswith("GET ") and "1024" not in line for line in sent)


@pytest.mark.parametrize("name", ["04_softmax", "03_backprop"])
def test_answered_questions_stay_accessible(
    reader: Reader, served: Server, axe: str, name: str
) -> None:
    page = live(reader.open(chapter(served, name), script=SAVING, asks=True))
    reader.settle(page)
    page.evaluate(
        """() => { for (const b of document.querySelectorAll(".ffn-form button[type=button]"))
        if (/Skip|Show the answer/.test(b.textContent)) b.click(); }"""
    )
    reader.settle(page)
    page.evaluate(f"(() => {{ {axe} }}).call(window)")
    found = page.evaluate(
        "rules => axe.run({ include: [['.ffn-ask']] }, { runOnly: rules })", LEVELS
    )
    assert [n["html"] for wrong in found["violations"] for n in wrong["nodes"]] == []

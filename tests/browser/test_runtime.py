"""Python missing, slow, broken, mortal or unwanted: the page stays usable and says what is."""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from _ext.snapshot import NAME, serve
from browser.conftest import SAVING, Reader, pause
from browser.sample_page import SamplePage
from browser.test_gestures import PHONE
from tools import pyodide

Visit = Callable[..., Page]
SLOW_LINE = "Object.defineProperty(navigator, 'connection', {value: {effectiveType: '3g'}})"


@pytest.fixture
def mortal(sample: SamplePage) -> Iterator[SamplePage]:
    """The sample page, whose double of Python may be made to die."""
    yield sample
    sample.mortal = None


def assert_usable(page: Page, reason: str) -> None:
    """Without Python: it says so, was never live, and sweeps, reset and sentence work."""
    figure = page.locator("#sampler-controls")
    status = figure.locator(".ffn-status")
    expect(status).to_have_text(re.compile(f"^precomputed only: .*{reason}"))
    assert "live" not in page.evaluate("said")
    slider = figure.get_by_role("slider", name="weight w")
    slider.press("ArrowRight")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 1.1,")
    expect(figure.locator(".ffn-notes")).to_be_hidden()
    figure.get_by_role("combobox").select_option("gold")
    expect(figure.locator(".ffn-notes")).to_contain_text("could not be started here")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 1.1,")
    figure.get_by_role("button", name="reset").click()
    expect(figure.locator(".ffn-text")).to_contain_text("weight 1,")
    expect(figure.locator(".ffn-notes")).to_be_hidden()


# --- not wanted yet ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "device"),
    [(SAVING, {}), (SLOW_LINE, {}), ("", PHONE)],
    ids=["save-data", "slow-line", "phone"],
)
def test_a_spared_line_loads_nothing_until_the_click(
    visit: Visit, reader: Reader, sample: SamplePage, line: str, device: dict[str, Any]
) -> None:
    page = visit(sample.url(), script=line, **device)
    figure = page.locator("#sampler-controls")
    expect(figure.locator(".ffn-status")).to_have_text("precomputed")
    figure.get_by_role("slider", name="weight w").press("End")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 3,")
    pause(page, 500)
    heavy = re.compile(r"worker\.js|pyodide|\.whl|wasm")
    assert [url for url in reader.asked if heavy.search(url)] == []
    figure.get_by_role("button", name="go live").click()
    expect(figure.locator(".ffn-status")).to_have_text("live")
    expect(page.get_by_role("button", name="go live")).to_have_count(0)
    page.reload()
    expect(figure.locator(".ffn-status")).to_have_text("live")  # asked once a visit


# --- missing -------------------------------------------------------------------------------------


def test_runtime_blocked(reader: Reader, sample: SamplePage) -> None:
    page = reader.open(sample.url(pyodide="https://cdn.jsdelivr.net/pyodide/v0/full/"))
    assert_usable(page, "Python could not be loaded")


def test_runtime_not_found(reader: Reader, sample: SamplePage) -> None:
    assert_usable(reader.open(sample.url(pyodide="nowhere/")), "Python could not be loaded")


def test_package_not_found(reader: Reader, sample: SamplePage) -> None:
    page = reader.open(sample.url(wheel="nowhere.whl"))
    assert_usable(page, "Python could not be loaded")


def test_worker_not_found(reader: Reader, sample: SamplePage) -> None:
    without = shutil.ignore_patterns("worker.js")
    shutil.copytree(
        sample.folder / "ffn", sample.folder / "lame", ignore=without, dirs_exist_ok=True
    )
    page = reader.open(sample.url(), wait=False)
    text = Path(sample.folder / page.url.rpartition("/")[2]).read_text()
    (sample.folder / "lame.html").write_text(text.replace("ffn/host.js", "lame/host.js"))
    page.goto(sample.server.url + "lame.html")
    assert_usable(page, "the worker could not start")


def test_workers_forbidden(reader: Reader, sample: SamplePage) -> None:
    page = reader.open(
        sample.url(),
        script="window.Worker = window.SharedWorker = function () { throw new Error() };",
    )
    assert_usable(page, "this browser allows no workers here")


def test_sweeps_not_found(reader: Reader, sample: SamplePage) -> None:
    page = reader.open(sample.url(sweeps="nowhere/"), script=SAVING)
    figure = page.locator("#sampler-controls")
    figure.get_by_role("slider", name="weight w").press("End")
    expect(figure.locator(".ffn-notes")).to_contain_text("This needs live Python")
    figure.get_by_role("button", name="go live").click()
    expect(figure.locator(".ffn-text")).to_contain_text("weight 3,")


# --- slow ----------------------------------------------------------------------------------------


def test_python_never_starts(visit: Visit, sample: SamplePage) -> None:
    stuck = sample.folder / "stuck"
    stuck.mkdir(exist_ok=True)
    (stuck / "pyodide.mjs").write_text("export const loadPyodide = () => new Promise(() => {});")
    page = visit(sample.url(pyodide="stuck/", patience={"boot": 1500}))
    page.wait_for_function("said.includes('starting Python…')")
    assert_usable(page, "Python took too long to start")


def test_python_stops_answering(visit: Visit, sample: SamplePage) -> None:
    mute = sample.folder / "mute"
    mute.mkdir(exist_ok=True)
    text = (sample.folder / "double" / "pyodide.mjs").read_text()
    (mute / "pyodide.mjs").write_text(text.replace("call.send", "for (;;) {} call.send"))
    page = visit(sample.url(pyodide="mute/", patience={"call": 700}))
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("slider", name="weight w").press("End")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 3,")  # from the sweep
    figure.locator('[data-state="live"]').wait_for()  # started once more
    figure.get_by_role("slider", name="weight w").press("Home")
    status = figure.locator(".ffn-status")
    expect(status).to_have_text("precomputed only: Python stopped answering")
    expect(figure.locator(".ffn-text")).to_contain_text("weight −3,")


# --- mortal --------------------------------------------------------------------------------------


def test_a_worker_that_dies_is_restarted_once_then_the_page_falls_back(
    visit: Visit, mortal: SamplePage
) -> None:
    page = visit(mortal.url())
    figure = page.locator("#sampler-controls")
    status, text = figure.locator(".ffn-status"), figure.locator(".ffn-text")
    slider = figure.get_by_role("slider", name="weight w")
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("combobox").select_option("gold")
    expect(text).to_contain_text("of gold with weight 1,")
    mortal.mortal = 0
    slider.press("End")  # two controls off their start: no sweep has it
    page.wait_for_function("() => said.filter((s) => s.startsWith('starting')).length")
    mortal.mortal = None
    expect(status).to_have_text("live")
    slider.press("Home")
    expect(text).to_contain_text("of gold with weight −3,")
    mortal.mortal = 0
    slider.press("End")
    expect(status).to_have_text("precomputed only: Python crashed")
    expect(figure.locator(".ffn-notes")).to_contain_text("could not be started here")
    expect(text).to_contain_text("of gold with weight −3,")  # the last good picture
    figure.get_by_role("button", name="reset").click()
    expect(text).to_contain_text("of iron with weight 1,")


def test_what_was_asked_when_the_worker_died_is_answered_after_the_restart(
    visit: Visit, mortal: SamplePage
) -> None:
    page = visit(mortal.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => seen.push(1)).observe(
        document.querySelector('.ffn-status'), { childList: true, characterData: true }); }"""
    )
    calls = len(mortal.calls)
    mortal.mortal = 0
    figure.get_by_role("textbox", name="word").fill("phoenix")
    while len(mortal.calls) == calls:
        page.wait_for_timeout(5)
    mortal.mortal = None
    expect(figure.locator(".ffn-text")).to_contain_text("called phoenix.")
    expect(figure.locator(".ffn-notes")).to_be_hidden()


# --- the real runtime ----------------------------------------------------------------------------


def test_real_pyodide_without_numpy_says_what_is_missing(
    reader: Reader, sample: SamplePage
) -> None:
    bare = sample.runtime("bare", without=pyodide.packages()["numpy"])
    assert_usable(reader.open(sample.url(pyodide=bare)), "NumPy")


def test_real_pyodide_without_its_wasm_says_so(reader: Reader, sample: SamplePage) -> None:
    partial = sample.runtime("partial", without="pyodide.asm.wasm")
    page = reader.open(sample.url(pyodide=partial, patience={"boot": 6000}))
    assert_usable(page, "Python (could not|took too long)")


ANSWER = '''
"""Answers quickly, or breaks the runtime on request."""
import json, platform

def find(name):
    return object()

def answer_json(name, params, width, seconds):
    given = json.loads(params)
    if given.get("w") == 3:
        import ctypes
        ctypes.string_at(0xFFFFFFF0, 64)  # outside the memory: the runtime breaks
    text = f"{name} {width} on {platform.machine()}: 6 * 7 is {6 * 7}"
    svg = "<svg class='ffn-svg' viewBox='0 0 720 400'></svg>"
    return json.dumps({"svg": svg, "text": text, "table": "", "params": given, "notes": []})
'''


def plain_wheel(sample: SamplePage) -> str:
    with zipfile.ZipFile(sample.folder / "plain.whl", "w") as archive:
        archive.writestr("ffnlib/__init__.py", "")
        archive.writestr("ffnlib/figures/__init__.py", ANSWER)
    return "plain.whl"


@pytest.mark.parametrize("broken", [False, True])
def test_real_pyodide_starts_from_a_snapshot_and_without_a_good_one(
    visit: Visit, sample: SamplePage, broken: bool
) -> None:
    if broken:
        (sample.folder / "broken.bin").write_bytes(b"no snapshot")
        snapshot = "broken.bin"
    else:
        serve(sample.folder / sample.runtime("started"), wanted=True)
        snapshot = f"started/{NAME}"
    heard: list[str] = []
    url = sample.url(pyodide="pyodide/", wheel=plain_wheel(sample), snapshot=snapshot)
    page = visit(url, wait=False)
    page.on("console", lambda message: heard.append(message.text))
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("slider", name="weight w").press("ArrowRight")
    expect(figure.locator(".ffn-text")).to_contain_text("on wasm32: 6 * 7 is 42")
    assert any("without its snapshot" in text for text in heard) == broken


def test_real_pyodide_boots_in_the_worker_answers_and_is_restarted(
    reader: Reader, sample: SamplePage
) -> None:
    page = reader.open(sample.url(pyodide="pyodide/", wheel=plain_wheel(sample)))
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    text = figure.locator(".ffn-text")
    figure.get_by_role("slider", name="weight w").press("ArrowRight")
    expect(text).to_have_text("sampler.controls wide on wasm32: 6 * 7 is 42")
    page.evaluate("window.said = []")
    figure.get_by_role("slider", name="weight w").press("End")
    page.wait_for_function("said.some((status) => status.startsWith('starting'))")
    expect(text).to_contain_text("with weight 3,")  # from the sweep
    expect(figure.locator(".ffn-status")).to_have_text("live")
    figure.get_by_role("slider", name="weight w").press("ArrowLeft")
    expect(text).to_have_text("sampler.controls wide on wasm32: 6 * 7 is 42")

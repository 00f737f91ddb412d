"""Explorers in a real JupyterLab: seen, moved by pointer and keys, played, kept when reopened."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import Reader

CELLS = {
    "neuron": "from ffnlib.explorers.neurons import neuron\nneuron",
    "graph": "from ffnlib.explorers.backprop import graph\ngraph",
}


def notebook() -> str:
    cells = [
        {"cell_type": "code", "id": name, "metadata": {}, "source": source, "outputs": [],
         "execution_count": None}
        for name, source in CELLS.items()
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab with one notebook, of this machine only."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "explorers.ipynb").write_text(notebook(), encoding="utf8")
    port = free_port()
    own = {name: str(folder / name) for name in ("config", "data", "runtime", "ipython")}
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": own["config"],
        "JUPYTER_DATA_DIR": own["data"],
        "JUPYTER_RUNTIME_DIR": own["runtime"],
        "IPYTHONDIR": own["ipython"],
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
        f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        f"--ServerApp.root_dir={folder}", "--LabApp.news_url=", "--LabApp.check_for_updates_class="
        "jupyterlab.handlers.announcements.NeverCheckForUpdate",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.2)
        yield f"{address}/lab/tree/explorers.ipynb"
    finally:
        server.terminate()
        server.wait(60)


def opened(reader: Reader, address: str) -> Page:
    page = reader.open(address, wait=False, viewport={"width": 1280, "height": 900})
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_text(re.compile(r"Python 3 .*Idle")).wait_for()
    return page


def run(page: Page, number: int) -> None:
    """Press Shift+Enter in a cell until it has run: JupyterLab ignores keys while it starts."""
    cell = page.locator(".jp-Cell").nth(number)
    prompt = cell.locator(".jp-InputPrompt")
    for _ in range(20):
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        try:
            expect(prompt).not_to_have_text("[ ]:", timeout=3000)
            return
        except AssertionError:
            continue
    raise AssertionError(f"cell {number} does not run: its prompt is {prompt.inner_text()}")


def explorer(page: Page, title: str) -> Locator:
    return page.locator(".ffn-root", has=page.locator(".ffn-title", has_text=title))


def test_an_explorer_lives_in_jupyterlab(reader: Reader, lab: str) -> None:
    page = opened(reader, lab)
    run(page, 0)
    neuron = explorer(page, "A neuron")
    expect(neuron.locator("svg.ffn-svg")).to_be_visible()
    expect(neuron.locator(".ffn-status")).to_have_text("live")

    # The pointer moves a slider, and the picture and the sentence follow.
    slider = neuron.get_by_role("slider").first
    before = neuron.locator(".ffn-text").inner_text()
    box = slider.bounding_box()
    assert box
    page.mouse.click(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2)
    expect(neuron.locator(".ffn-text")).not_to_have_text(before)

    # So do the arrow keys, which JupyterLab would take to go from cell to cell.
    slider.focus()
    value = float(slider.input_value())
    said = neuron.locator(".ffn-text").inner_text()
    for key in ("ArrowLeft", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    step = float(str(slider.get_attribute("step")))
    expect(slider).to_have_value(f"{value - 3 * step:g}")
    expect(slider).to_be_focused()
    expect(neuron.locator(".ffn-text")).not_to_have_text(said)

    # A run is played and stopped.
    run(page, 1)
    graph = explorer(page, "Forward for values")
    graph.get_by_role("button", name="play").click()
    expect(graph.locator(".ffn-text")).to_contain_text(re.compile("Step ([6-9]|10) of 11"))
    graph.get_by_role("button", name="pause").click()
    expect(graph.get_by_role("button", name="play")).to_be_visible()

    # The notebook is saved and opened again: the last picture is there.
    last = neuron.locator(".ffn-text").inner_text()
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(
        0
    )  # it is saved, not only being saved
    page.reload()
    neuron = explorer(page, "A neuron")
    expect(neuron.locator(".ffn-text")).to_have_text(last)
    expect(neuron.locator("svg.ffn-svg")).to_be_visible()
    expect(neuron.get_by_role("slider").first).to_have_value(f"{value - 3 * step:g}")

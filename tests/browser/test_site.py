"""The site's shell as a reader meets it: first page, gallery, frames, previews, policy."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.conftest import SAVING, Reader, pause
from browser.serving import Server

Visit = Callable[..., Page]
LAPTOP = {"width": 1280, "height": 800}
ARRIVAL = 500_000  # bytes
RELU = re.compile("relu turns", re.IGNORECASE)
VIOLATIONS = """window.refused = [];
addEventListener('securitypolicyviolation', (e) => refused.push(e.violatedDirective));"""


def test_first_page_is_light_and_shows_all_that_matters_at_once(reader: Reader, site: Path) -> None:
    server = Server(site, compress=True)
    try:
        page = reader.open(server.url, viewport=LAPTOP)
        reader.settle(page)
        sent = sum(size for _, size in server.sent)
        assert sent < ARRIVAL, sorted(server.sent, key=lambda each: -each[1])[:8]
        assert not [path for path, _ in server.sent if "pyodide" in path or "sweeps" in path]
        for part in (
            ".ffn-promise",
            ".ffn-doors a >> nth=2",
            ".ffn-hero .ffn-picture svg >> nth=0",
        ):
            box = page.locator(part).bounding_box()
            assert box, part
            assert box["y"] + box["height"] <= LAPTOP["height"], part
    finally:
        server.close()
    assert reader.complaints == []


def test_first_page_plays_without_python(visit: Visit, served: Server) -> None:
    page = visit(served.url, script=SAVING)
    figure = page.locator(".ffn-hero figure")
    figure.get_by_role("button", name="step").click()
    expect(figure.locator(".ffn-text")).to_contain_text("After 1 epoch")
    expect(figure.locator(".ffn-status")).to_have_text("precomputed")


def test_gallery_is_sifted_by_word(visit: Visit, served: Server) -> None:
    page = visit(f"{served.url}chapters/gallery.html", wait=False)
    every = page.locator(".ffn-card:visible").count()
    page.get_by_label("Search by word").fill("gptq column")
    expect(page.locator(".ffn-card:visible")).to_have_count(1)
    expect(page.locator(".ffn-gallery-search output")).to_have_text(f"1 of {every} explorers")
    page.locator(".ffn-card:visible .ffn-cover").click()
    page.wait_for_url("**/explorers/quantization-gptq.html")


def test_copied_code_embeds_the_explorer_in_its_state(visit: Visit, served: Server) -> None:
    page = visit(
        f"{served.url}chapters/01_neurons.html#neurons-neuron?activation=relu",
        script=SAVING,
        permissions=["clipboard-read", "clipboard-write"],
    )
    figure = page.locator("#neurons-neuron")
    expect(figure.locator(".ffn-text")).to_contain_text(RELU)
    figure.get_by_role("button", name="embed").click()
    expect(figure.get_by_text("code copied")).to_be_visible()
    code = page.evaluate("navigator.clipboard.readText()")
    address = re.search(r'src="([^"]+)"', code)
    assert address
    assert address[1] == f"{served.url}explorers/neurons-neuron.html#neurons-neuron?activation=relu"
    page.evaluate("(code) => { document.querySelector('article').innerHTML = code; }", code)
    framed = page.frame_locator("article iframe")
    framed.locator("figure[data-mounted]").wait_for()
    expect(framed.locator(".ffn-text")).to_contain_text(RELU)


def test_citation_section_and_term_show_what_they_lead_to(visit: Visit, served: Server) -> None:
    page = visit(f"{served.url}chapters/01_neurons.html", script=SAVING)
    entry = page.locator("#ffn-entry")
    page.locator("article a.reference.internal[href*='bibliography.html#']").first.hover()
    expect(entry).to_contain_text("McCulloch")
    page.mouse.move(0, 0)
    expect(entry).to_be_hidden()
    page.goto(f"{served.url}chapters/02_activations.html")
    page.locator("article p a.reference.internal[href='01_neurons.html']").first.hover()
    expect(entry).to_contain_text("A neuron computes a weighted sum")


def test_no_other_script_runs(reader: Reader, served: Server) -> None:
    page = reader.open(served.url, script=VIOLATIONS + SAVING, bypass_csp=False)
    assert page.evaluate("refused") == []
    page.evaluate(
        """() => { const script = document.createElement('script');
        script.textContent = 'window.injected = 1'; document.body.append(script); }"""
    )
    pause(page, 50)
    assert page.evaluate("[window.injected ?? null, ...refused]") == [None, "script-src-elem"]


def test_python_runs_under_the_policy_as_a_header(reader: Reader, site: Path) -> None:
    """Where a host sends it, it binds the worker too, in which Python is compiled."""
    policy = re.search(r"Content-Security-Policy: (.*)", (site / "_headers").read_text())
    assert policy
    server = Server(site, headers={"Content-Security-Policy": policy[1]})
    try:
        page = reader.open(
            f"{server.url}explorers/neurons-neuron.html", script=VIOLATIONS, bypass_csp=False
        )
        expect(page.locator(".ffn-status")).to_have_text("live", timeout=120_000)
        assert page.evaluate("refused") == []
    finally:
        server.close()
    assert reader.complaints == []


def test_a_page_that_is_not_there_leads_on(reader: Reader, served: Server) -> None:
    page = reader.open(f"{served.url}404.html", wait=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("link", name="gallery of explorers", exact=True).click()
    page.wait_for_url("**/chapters/gallery.html")
    assert reader.complaints == []

"""What a page of the built book costs its reader: bytes, and milliseconds for an answer.

    python benchmarks/page.py [site]

Bytes are those of compressed bodies, as GitHub Pages sends them, Pyodide apart. The live figures
need a site that carries Python, as `make book` builds it where a source of Pyodide answers.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from interleave.table import note
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.conftest import FLAGS, SAVING  # noqa: E402
from browser.parity import draws  # noqa: E402
from browser.serving import Server  # noqa: E402

from _ext.assets import EXPLORER  # noqa: E402
from _ext.explore import fragment  # noqa: E402
from ffnlib.figures import Explorer, HeatMap, Network, find  # noqa: E402  # noqa: E402
from tools.chromium import installed  # noqa: E402

MOVES = 60
WEIGHT_LIMIT = 1_000_000  # bytes
BAKED_LIMIT = 50  # ms
LIVE_LIMITS = {"curve": (8, 16), "field": (16, 33)}  # ms: median, 95th percentile

# From a gesture to the picture or the sentence changed, in ms; -1 when nothing was changed.
WAIT = """const answered = (figure, gesture) => new Promise((done) => {
  const watch = new MutationObserver(() => { end(performance.now() - begun); });
  const end = (ms) => { watch.disconnect(); clearTimeout(clock); done(ms); };
  const clock = setTimeout(() => end(-1), 2000);
  for (const part of ['.ffn-picture', '.ffn-text'])
    watch.observe(figure.querySelector(part), { childList: true, subtree: true, attributes: true });
  const begun = performance.now();
  gesture();
});
const pause = () => new Promise((done) => setTimeout(done, 20));
"""
SLIDE = f"""async ([key, name, values]) => {{
  {WAIT}
  const figure = document.getElementById(key), times = [];
  const slider = [...figure.querySelectorAll('input[type=range]')]
    .find((input) => input.closest('label')?.textContent.startsWith(name));
  for (const value of values) {{
    times.push(await answered(figure, () => {{
      slider.value = value;
      slider.dispatchEvent(new Event('input', {{ bubbles: true }}));
    }}));
    await pause();
  }}
  return times;
}}"""
FOLLOW = f"""async ([key, links]) => {{
  {WAIT}
  const figure = document.getElementById(key), times = [];
  const link = document.createElement('a');
  figure.append(link);
  for (const href of links) {{
    link.setAttribute('href', href);
    times.push(await answered(figure, () => link.click()));
    await pause();
  }}
  return times;
}}"""


@contextmanager
def opened(browser: Browser, url: str, script: str = "") -> Iterator[Page]:
    """A page that knows nothing of the others: no cache."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, bypass_csp=True)
    context.add_init_script(script)
    page = context.new_page()
    page.goto(url, wait_until="load")
    page.wait_for_selector("figure[data-mounted]")
    yield page
    context.close()


def shown_on(page: Page) -> list[tuple[str, Explorer]]:
    """Key and explorer of each figure of a page."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('figure.ffn-explorer')].map(
        (f) => [f.id, f.dataset.explorer, JSON.parse(f.dataset.start)])"""
    )
    return [(key, find(name).show(**start)) for key, name, start in found]


def line(what: str, times: list[float], limits: tuple[float, float] | None) -> None:
    """Median and 95th percentile, against the limits."""
    good = [t for t in times if t >= 0]
    if not good:
        print(f"  {what:42} nothing replaced")
        return
    median, late = np.percentile(good, [50, 95])
    for name, figure, most in zip(
        ("median", "95th percentile"), (median, late), limits or (None, None), strict=True
    ):
        note(f"{what}: ms, {name}", f"{figure:.1f}", ratio=figure, most=most)
    verdict = ""
    if limits:
        met = median <= limits[0] and late <= limits[1]
        verdict = f"   limit {limits[0]} and {limits[1]}: {'met' if met else 'MISSED'}"
    print(f"  {what:42} {median:7.1f} {late:7.1f} ms  of {len(good):3}{verdict}")


def settle(page: Page) -> None:
    """Return a page the time to ask for what it wants."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)


def weigh(browser: Browser, server: Server, chapter: str) -> None:
    """Bytes on arrival, and once the reader has scrolled through."""
    server.sent.clear()
    with opened(browser, f"{server.url}chapters/{chapter}.html", SAVING) as page:
        settle(page)
        first = sum(size for _, size in server.sent)
        for figure in page.locator("figure.ffn-explorer").all():
            figure.scroll_into_view_if_needed()
            page.wait_for_timeout(150)
        settle(page)
    total = sum(size for _, size in server.sent)
    verdict = "met" if total <= WEIGHT_LIMIT else "MISSED"
    note(
        f"{chapter}, scrolled: kB", f"{total / 1e3:.0f}", ratio=total / 1e3, most=WEIGHT_LIMIT / 1e3
    )
    print(f"  {chapter:30} {first / 1e3:7.0f} kB on arrival {total / 1e3:7.0f} kB scrolled", end="")
    print(f"   limit {WEIGHT_LIMIT / 1e3:.0f} kB: {verdict}")
    for path, size in sorted(server.sent, key=lambda sent: -sent[1])[:5]:
        print(f"    {size / 1e3:7.0f} kB {path}")


def slide(browser: Browser, server: Server, chapter: str) -> list[float]:
    """Every slider through its stops, from the sweeps."""
    times: list[float] = []
    with opened(browser, f"{server.url}chapters/{chapter}.html", SAVING) as page:
        for key, shown in shown_on(page):
            page.locator(f"#{key}").scroll_into_view_if_needed()
            settle(page)
            for control in shown.controls.values():
                if type(control).__name__ != "Slider":
                    continue
                stops = [v for v in control.stops() if v != shown.start[control.name]]
                values = (stops * MOVES)[: min(MOVES, 2 * len(stops))]
                times += page.evaluate(SLIDE, [key, control.said, values])
                page.locator(f"#{key}").get_by_role("button", name="reset").click()
                page.wait_for_timeout(50)
    return times


def kind(shown: Explorer) -> str:
    """Whether an explorer draws fields or networks, or only curves and bars."""
    marks = [mark for panel in shown().panels for mark in panel.marks]
    return "field" if any(isinstance(mark, HeatMap | Network) for mark in marks) else "curve"


def live(browser: Browser, server: Server, chapter: str) -> None:
    """From navigation to *live*, and round trips with every parameter changed at once."""
    with opened(browser, f"{server.url}chapters/{chapter}.html") as page:
        page.locator("figure.ffn-explorer").first.scroll_into_view_if_needed()
        page.locator('.ffn-status[data-state="live"]').first.wait_for(timeout=120_000)
        print(
            f"  {chapter}: live {page.evaluate('performance.now()') / 1e3:.1f} s after navigation"
        )
        for key, shown in shown_on(page):
            page.locator(f"#{key}").scroll_into_view_if_needed()
            links = [fragment(shown, params) for params in draws(shown, MOVES)]
            page.evaluate(FOLLOW, [key, links[:5]])  # the first calls import and warm up
            line(
                f"{key} ({kind(shown)})",
                page.evaluate(FOLLOW, [key, links]),
                LIVE_LIMITS[kind(shown)],
            )


def chapters_of(site: Path) -> list[str]:
    """The chapters with explorers."""
    pages = (site / "chapters").glob("[0-9]*.html")
    return sorted(page.stem for page in pages if EXPLORER in page.read_text(encoding="utf8"))


def measure(site: Path, chromium: Any) -> None:
    server, chapters = Server(site, compress=True), chapters_of(site)
    browser = chromium.launch(executable_path=installed(), args=FLAGS)

    def each(title: str, act: Callable[[Browser, Server, str], Any]) -> list[Any]:
        print(title)
        return [act(browser, server, chapter) for chapter in chapters]

    each("Transferred for a page, Pyodide apart, and its five largest files", weigh)
    wheel = next((site / "_static" / "wheels").glob("*.whl"))
    print(f"  the package, when Python starts: {wheel.stat().st_size / 1e3:.0f} kB")
    times = each(
        "From a slider's move to the picture from the sweep: median, 95th percentile", slide
    )
    for chapter, found in zip(chapters, times, strict=True):
        line(chapter, found, (BAKED_LIMIT, BAKED_LIMIT))
    if (site / "_static" / "pyodide").is_dir():
        each("Live round trip, all parameters changed: median, 95th percentile", live)
    else:
        print("Live round trip: NOT MEASURED, the site does not carry Python")
    browser.close()
    server.close()


if __name__ == "__main__":
    with sync_playwright() as playwright:
        built = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
        measure(built, playwright.chromium)

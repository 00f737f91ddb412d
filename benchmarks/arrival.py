"""What a reader waits for on arrival: first and largest paint, shifts, a blocked page, bytes.

    python benchmarks/arrival.py [site]

Each visit is a first one, with nothing kept. Bytes are those of compressed bodies until a second
after the page has loaded, Pyodide included where it has begun to come.
"""

import statistics
import sys
from pathlib import Path

from interleave.table import note
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser.conftest import FLAGS  # noqa: E402
from browser.serving import Server  # noqa: E402

from tools.chromium import installed  # noqa: E402

PAGES = ("index", "chapters/01_neurons", "chapters/exercises/softmax")
VISITS = 5
MOST = {"largest paint, s": 1.2, "layout shift": 0.02, "blocking time, ms": 150}
FIRST_PAGE = 500  # kB
# Blocking time is what each task takes beyond 50 ms, from the first paint on.
WATCH = """window.seen = { largest: 0, shift: 0, tasks: [] };
const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act))
  .observe({ type, buffered: true });
watch("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
watch("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
watch("longtask", (entry) => seen.tasks.push([entry.startTime, entry.duration]));
"""
READ = """() => {
  const first = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  const blocking = seen.tasks.filter(([begun]) => begun >= first)
    .reduce((sum, [, taken]) => sum + Math.max(0, taken - 50), 0);
  return { "first paint, s": first / 1e3, "largest paint, s": seen.largest / 1e3,
    "layout shift": seen.shift, "blocking time, ms": blocking };
}"""


def visit(browser: Browser, server: Server, page: str) -> dict[str, float]:
    """Open a page as a new reader does; return its figures."""
    server.sent.clear()
    context = browser.new_context(viewport={"width": 1280, "height": 720}, bypass_csp=True)
    context.add_init_script(WATCH)
    tab = context.new_page()
    tab.goto(f"{server.url}{page}.html", wait_until="load")
    tab.wait_for_timeout(1000)
    figures: dict[str, float] = tab.evaluate(READ)
    figures["sent, kB"] = sum(size for _, size in server.sent) / 1e3
    context.close()
    return figures


def measure(browser: Browser, server: Server) -> None:
    """Print the median of the visits of each page, one page after the other in every round."""
    rounds = [{page: visit(browser, server, page) for page in PAGES} for _ in range(VISITS)]
    for page in PAGES:
        print(page)
        for figure in rounds[0][page]:
            value = statistics.median(each[page][figure] for each in rounds)
            limits = MOST | ({"sent, kB": FIRST_PAGE} if page == "index" else {})
            most = limits.get(figure)
            note(f"{page}: {figure}", f"{value:.3g}", ratio=value, most=most)
            verdict = "" if most is None else f"   limit {most}: {['MISSED', 'met'][value <= most]}"
            print(f"  {figure:20} {value:8.3g}{verdict}")


if __name__ == "__main__":
    built = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        served = Server(built, compress=True)
        measure(chromium, served)
        chromium.close()
        served.close()

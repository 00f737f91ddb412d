"""How long Check takes on an exercise's page, once Python is there.

    python benchmarks/exercises.py [site]

The right answers of the bank are written into their pages in Chromium; needs a site that carries
Python, as `make book` builds it where a source of Pyodide answers.
"""

import sys
from pathlib import Path

import numpy as np
from interleave.table import note
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import bank  # noqa: E402
from browser.conftest import FLAGS  # noqa: E402
from browser.serving import Server  # noqa: E402

from tools.chromium import installed  # noqa: E402

LIMIT = 300  # ms, the median
PATIENCE = 120_000  # ms
TRAINS = "train_network"  # its time is that of the reader's own training
CHECKED = "([box, n]) => Number(box.dataset.checks ?? 0) > n"


def check(page: Page, problem: str, answer: str) -> float:
    """Write an answer and check it; return the milliseconds from the click to the report."""
    box = page.locator(f'.ffn-solve[data-problem="{problem}"]')
    before = int(box.get_attribute("data-checks") or 0)
    box.locator("textarea").fill(answer)
    box.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_function(CHECKED, arg=[box.element_handle(), before])
    return float(box.get_attribute("data-took") or "nan")


def main(site: Path) -> int:
    """Measure, print and note; return 1 if the median is above the limit."""
    server, times = Server(site), []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=installed(), args=FLAGS)
        for assignment in bank.ASSIGNMENTS:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE)
            page.goto(f"{server.url}chapters/exercises/{assignment}.html")
            page.wait_for_selector(".ffn-assignment[data-ready]")
            right = [a for a in bank.answers(assignment) if a.verdict == "right"]
            right = [a for a in right if a.problem != TRAINS]
            check(page, right[0].problem, right[0].source)  # Python starts
            times += [check(page, a.problem, a.source) for a in right]
            page.close()
        browser.close()
    server.close()
    median, late = np.percentile(times, [50, 95])
    note("Check on an exercise's page: ms", f"{median:.0f}", ratio=float(median), most=LIMIT)
    verdict = "met" if median <= LIMIT else "MISSED"
    print(f"{len(times)} checks: median {median:.0f} ms, 95 % within {late:.0f} ms;", end=" ")
    print(f"limit {LIMIT} ms for the median: {verdict}")
    return int(median > LIMIT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build" / "html")))

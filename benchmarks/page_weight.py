"""What a chapter's page transfers, gzip-compressed, without Pyodide; wanted: at most 1 MB.

The page is opened in Chromium and read to its end, so that every explorer fetches its sweeps.
"""

import functools
import gzip
import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

ROOT = Path(__file__).parent.parent
SITE = ROOT / "_build" / "html"
sys.path.insert(0, str(ROOT / "tests"))

from get_chromium import installed  # noqa: E402

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        del words


def weigh(browser: Browser, home: str, page: str) -> dict[str, int]:
    """Compressed bytes of each file that the page fetches from the site."""
    weights: dict[str, int] = {}
    tab = browser.new_page()

    def weigh_one(answer: Response) -> None:
        address = answer.url.removeprefix(home)
        if answer.ok and not address.startswith("_static/pyodide"):
            weights[address.partition("?")[0]] = len(gzip.compress(answer.body()))

    tab.route(lambda url: not url.startswith(home), lambda route: route.abort())
    tab.on("response", weigh_one)
    tab.goto(home + page)
    for _ in range(60):
        tab.mouse.wheel(0, 800)
        tab.wait_for_timeout(100)
    tab.wait_for_load_state("networkidle")
    tab.close()
    return weights


def main() -> None:
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(SITE))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        for chapter in sorted((SITE / "chapters").glob("[0-9]*.html")):
            weights = weigh(browser, home, f"chapters/{chapter.name}")
            sweeps = sum(w for name, w in weights.items() if "/sweeps/" in name)
            total = sum(weights.values())
            print(f"{chapter.stem:16} {total / 1e3:6.0f} kB, of it sweeps {sweeps / 1e3:.0f} kB")
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()

"""Fixtures of the browser tests: one browser, a fresh reader for each test, two served sites."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from browser.sample_page import SamplePage
from browser.serving import Server
from tools import npm_packages

HERE = Path(__file__).parent
PATIENCE = 120_000
"""Milliseconds for what must come: a test that waits so long has failed, on a busy machine too."""
expect.set_options(timeout=PATIENCE)
QUIET = 0.5
"""Seconds without a request after which a page has asked for all that it will."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # Nothing leaves this machine, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SAVING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"
ANSWERED = """
{ const kept = Storage.prototype.getItem;
  Storage.prototype.getItem = function (key) {
    return key.startsWith("ffn.predict/") ? '{"answer": null}' : kept.call(this, key);
  }; }
"""
"""For a reader who has skipped all predictions: nothing waits and nothing is covered."""
STATES = """
window.said = [];
new MutationObserver(() => {
  for (const status of document.querySelectorAll('.ffn-status'))
    if (!window.said.includes(status.textContent)) window.said.push(status.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def pause(page: Page, milliseconds: int) -> None:
    """Let the page's own clock go on: what was planned for an earlier moment has happened then."""
    page.evaluate("(wait) => new Promise((done) => setTimeout(done, wait))", milliseconds)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests; one that fails is tried once more, and what failed first is printed."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of the accessibility checker."""
    file = npm_packages.MODULES / "axe-core" / "axe.min.js"
    if not file.is_file():
        pytest.fail(f"{file} is missing: run python -m tools.npm_packages", pytrace=False)
    return file.read_text(encoding="utf8")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamplePage]:
    page = SamplePage(tmp_path_factory.mktemp("sample"))
    yield page
    page.server.close()


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[Server]:
    """The built book."""
    server = Server(site)
    yield server
    server.close()


class Reader:
    """Opens pages, each in its own context, and writes down what they complain about and ask for.

    Attributes
    ----------
    complaints : list of str
        Errors and warnings of the console, and exceptions.
    foreign : list of str
        Addresses on other hosts that were asked for.
    asked : list of str
        All addresses asked for.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.asked: list[str] = []
        self.contexts: list[Any] = []
        self._waiting: set[Request] = set()
        self._since = 0.0

    def open(
        self,
        url: str,
        *,
        script: str = "",
        wait: bool = True,
        asks: bool = False,
        **options: Any,
    ) -> Page:
        """A new page, once its explorers are mounted (``wait``); predictions wait if it ``asks``.

        Playwright's own conditions are strings that a page's policy would not let it evaluate, so
        the policy is off but where a test asks for it: ``bypass_csp=False``.
        """
        usual = {"viewport": {"width": 1100, "height": 900}, "reduced_motion": "reduce"}
        options = {**usual, "bypass_csp": True, **options}
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        context.add_init_script(STATES + script + ("" if asks else ANSWERED))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._note)
        context.on("requestfinished", self._answered)
        context.on("requestfailed", self._answered)
        page = context.new_page()
        page.goto(url)
        if wait:
            page.wait_for_selector("figure[data-mounted]")
        return page

    def settle(self, page: Page) -> None:
        """Wait until nothing that was asked for is missing, and nothing more is asked for."""
        deadline = time.monotonic() + PATIENCE / 1000
        while self._waiting or time.monotonic() - self._since < QUIET:
            late = [request.url for request in self._waiting]
            assert time.monotonic() < deadline, f"still asked for: {late}"
            page.wait_for_timeout(50)

    def _answered(self, request: Request) -> None:
        self._waiting.discard(request)
        self._since = time.monotonic()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)
        self._waiting.add(request)
        self._since = time.monotonic()
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.hostname != "127.0.0.1":
            self.foreign.append(request.url)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Reader]:
    reader = Reader(browser)
    yield reader
    reader.close()


@pytest.fixture
def visit(reader: Reader) -> Iterator[Callable[..., Page]]:
    """`Reader.open`, and afterwards nothing may have been complained about or asked elsewhere."""
    yield reader.open
    assert reader.complaints == []
    assert reader.foreign == []

"""A line for each step of a build that takes long: a page read and run, an explorer's sweeps."""

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


class Pages:
    """Counts the pages that are read: their cells run, which takes minutes the first time."""

    total = count = 0

    def begin(self, app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
        del app, env
        self.total = len(pages)

    def read(self, app: Sphinx, page: str, source: list[str]) -> None:
        del app, source
        self.count += 1
        say(self.count, self.total, page)

    def write(self, app: Sphinx, env: BuildEnvironment) -> None:
        del app, env
        if self.total:
            print("Writing the pages ...", flush=True)


def say(count: int, total: int, what: str) -> None:
    """Print one line at once, whoever reads it."""
    print(f"{count:3} of {total}: {what}", flush=True)


def setup(app: Sphinx) -> None:
    pages = Pages()
    app.connect("env-before-read-docs", pages.begin)
    app.connect("source-read", pages.read)
    app.connect("env-check-consistency", pages.write)

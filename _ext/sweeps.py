"""One small file per control of every explorer in the book: its answers, computed at build.

They are computed once per version of the library and kept in the build folder.
"""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx

from ffnlib.figures import find, write_sweeps

from . import assets, fingerprint, progress

Start = tuple[str, str, str]  # explorer, key of the figure, its start as JSON


class Figures(HTMLParser):
    """Collects the explorers of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[Start] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "figure" and "ffn-explorer" in given.get("class", "").split():
            self.found.add((given["data-explorer"], given["data-key"], given["data-start"]))


def explorers_of(site: Path) -> set[Start]:
    """All explorers that stand in the built pages."""
    found: set[Start] = set()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf8")
        if assets.EXPLORER in text:
            found |= Figures(text).found
    return found


def bake(app: Sphinx, exception: Exception | None) -> None:
    """Compute the sweeps that are missing and serve those that are wanted."""
    if exception is not None or app.builder.format != "html":
        return
    root, build = Path(app.srcdir), Path(app.outdir).parent
    version = build / "sweeps" / fingerprint.execution(root)
    wanted: set[str] = set()
    target = Path(app.outdir) / "_static" / "sweeps"
    every = sorted(explorers_of(Path(app.outdir)))
    for count, (name, key, start) in enumerate(every, 1):
        folder = version / key
        if not folder.is_dir():
            progress.say(count, len(every), f"what {key} shows before Python is there")
            unfinished = version / f".{key}"
            shutil.rmtree(unfinished, ignore_errors=True)
            write_sweeps(find(name), json.loads(start), key, unfinished)
            unfinished.rename(folder)
        for file in folder.iterdir():
            assets.place(file, target / file.name)
            wanted.add(file.name)
    for old in target.glob("*"):
        if old.name not in wanted:
            old.unlink()
    for other in version.parent.glob("*"):
        if other != version:
            shutil.rmtree(other)


def setup(app: Sphinx) -> None:
    app.connect("build-finished", bake)

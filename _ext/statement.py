"""The directive ``{statement} <assignment>``: what students are given, and its download.

The directive is replaced by the text of the release notebook before the page is parsed, so that
the problems' headings become the page's own. Nothing of the solved notebook can get in.
"""

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from . import assets, fingerprint, release

logger = logging.getLogger(__name__)
DIRECTIVE = re.compile(r"^```\{statement\}[ \t]*(\S*)[ \t]*\n```[ \t]*$", re.MULTILINE)
DOWNLOADS = """\
<p class="ffn-download"><a href="{folder}.zip" download>Download the assignment</a> (a zip: the
notebook, the library, two lines on how to start) or
<a href="{folder}/{notebook}" download>only the notebook</a>.</p>
"""


def insert(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the statements in place of their directives."""

    def text_of(found: re.Match[str]) -> str:
        name, root = found[1], Path(app.srcdir)
        if name not in (known := release.assignments(root)):
            logger.warning(
                "statement: there is no assignment %r; known: %s",
                name,
                ", ".join(known),
                location=page,
            )
            return ""
        for file in release.sources(root, name):
            app.env.note_dependency(str(file))
        notebook = release.release(root, Path(app.outdir).parent, name)
        folder = "../" * page.count("/") + f"_static/exercises/{name}"
        links = DOWNLOADS.format(folder=folder, notebook=notebook.name)
        return f"{links}\n{release.as_markdown(notebook)}"

    source[0] = DIRECTIVE.sub(text_of, source[0])


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Put the downloads of the assignments into the site."""
    if exception is not None or app.builder.format != "html":
        return
    root, build = Path(app.srcdir), Path(app.outdir).parent
    target, library = Path(app.outdir) / "_static" / "exercises", assets.wheel_of(app)
    wanted: set[Path] = set()
    for name in release.assignments(root):
        notebook = release.release(root, build, name)
        packed = build / "exercises" / "zip" / f"{fingerprint.of(notebook, library)}.zip"
        if not packed.is_file():
            release.pack(notebook, library, packed)
        assets.place(notebook, target / name / notebook.name)
        assets.place(packed, target / f"{name}.zip")
        wanted |= {target / name, target / f"{name}.zip"}
    for old in set(target.glob("*")) - wanted:
        shutil.rmtree(old) if old.is_dir() else old.unlink()


def prepare(app: Sphinx) -> None:
    """Make all release notebooks before the pages ask for them one by one."""
    if app.builder.format == "html":
        release.release_all(Path(app.srcdir), Path(app.outdir).parent)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", prepare)
    app.connect("source-read", insert)
    app.connect("build-finished", serve)

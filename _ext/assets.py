"""Everything the site serves itself: front end, wheel, MathJax and Python (Pyodide).

Files go straight into the built site before any page is written: Sphinx copies static files only
when some page is out of date, and these change on their own.
"""

import filecmp
import json
import re
import shutil
from collections.abc import Callable
from html import escape
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from tools import npm_packages, pyodide

from . import snapshot, wheel

OFFLINE = "offline.js"
PYTHON = f"pyodide/{pyodide.VERSION}"
"""Where Python for the pages lies in the site's static files; browsers may keep it for ever."""
EDITOR = ("index.js", "prism/languages/python.js")
EXPLORER = 'class="ffn-explorer"'
FIGURE = f"<figure {EXPLORER}"
NEEDS_PYTHON = (  # a page with code that runs marks it with a class
    EXPLORER,
    'class="ffn-code',
    'class="ffn-assignment"',
)
NO_SCRIPT = (
    '<noscript><p class="ffn-notes">Without JavaScript the explorers of this page show their'
    " starting pictures.</p></noscript>"
)


def place(source: Path, target: Path) -> None:
    """Copy one file unless the same content is there already."""
    if not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def wheel_of(app: Sphinx) -> Path:
    return wheel.build(Path(app.srcdir), Path(app.outdir).parent / "wheels")


def serve(app: Sphinx) -> None:
    """Bring the served files up to date."""
    if app.builder.format != "html":
        return
    root, static = Path(app.srcdir), Path(app.outdir) / "_static"
    for folder in (root / "ffnlib" / "static", root / "_ext" / "static"):
        for file in folder.iterdir():
            place(file, static / "ffn" / file.name)
    library = wheel_of(app)
    for old in (static / "wheels").glob("*.whl"):
        if old.name != library.name:
            old.unlink()
    place(library, static / "wheels" / library.name)
    _serve_offline(app, library.parent.name)
    _serve_editor(static / "ffn" / "editor")
    _serve_mathjax(static / "mathjax")
    _serve_pyodide(app.config.ffn_pyodide, static / PYTHON, app.config.ffn_snapshot)


def _serve_mathjax(target: Path) -> None:
    """The TeX-to-CHTML bundle, its fonts, and the TeX extensions it loads on demand."""
    package = distribution("sphinx-mathjax-offline")
    home = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    fonts = (home / "output" / "chtml" / "fonts" / "woff-v2").glob("*.woff")
    extensions = (home / "input" / "tex" / "extensions").glob("*.js")
    for file in (home / "tex-chtml.js", *fonts, *extensions):
        if file.name != "all-packages.js":
            place(file, target / file.relative_to(home))


def editor_files() -> dict[str, Path]:
    """Return what the code editor consists of: its modules with all that they import, and more."""
    npm_packages.main()
    editor = npm_packages.MODULES / "prism-code-editor" / "dist"
    found = {"purify.min.js": npm_packages.MODULES / "dompurify" / "dist" / "purify.min.js"}
    waiting = [editor / "layout.css", *(editor / module for module in EDITOR)]
    while waiting:
        file = waiting.pop().resolve()
        name = str(file.relative_to(editor.resolve()))
        if name not in found:
            found[name] = file
            imported = re.findall(r'from "(\.[^"]+)"', file.read_text(encoding="utf8"))
            waiting += [file.parent / other for other in imported]
    return found


def _serve_editor(target: Path) -> None:
    for name, file in editor_files().items():
        place(file, target / name)
    markdown = npm_packages.MODULES / "markdown-it" / "dist" / "markdown-it.min.js"
    place(markdown, target / markdown.name)


def _serve_offline(app: Sphinx, version: str) -> None:
    """The service worker stands above all pages it answers for; a new library empties its store."""
    target = Path(app.outdir) / OFFLINE
    if not app.config.ffn_pyodide:
        target.unlink(missing_ok=True)
        return
    script = Path(app.srcdir) / "_ext" / "scripts" / OFFLINE
    text = script.read_text(encoding="utf8").replace("@VERSION@", f"{pyodide.VERSION} {version}")
    target.write_text(text, encoding="utf8")


def _serve_pyodide(source: str, target: Path, with_snapshot: bool) -> None:
    if with_snapshot and not source:
        raise ExtensionError("FFN_SNAPSHOT needs a site that carries Pyodide, and none was found")
    wanted = {*pyodide.hashes(), pyodide.LOCK} if source else set()
    for old in target.parent.glob("*"):
        if old != target:  # another version
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for old in target.glob("*"):
        if old.name not in {*wanted, snapshot.NAME}:
            old.unlink()
    for name in wanted:
        place(Path(source) / name, target / name)
    if source:
        snapshot.serve(target, with_snapshot)
    else:
        shutil.rmtree(target, ignore_errors=True)


def matplotlib_size() -> str:
    """Return what a page has to fetch before it can draw with Matplotlib, in words."""
    names = [name for name in pyodide.hashes() if name not in pyodide.start()]
    there = [pyodide.HOME / name for name in names if (pyodide.HOME / name).is_file()]
    return f"{sum(file.stat().st_size for file in there) / 1e6:.0f} MB" if there else ""


def configuration(app: Sphinx, pathto: Callable[..., str]) -> dict[str, Any]:
    """Return what the front end of a page must know: where everything lies.

    Every address is relative to the page, so the site works under any prefix.
    """
    local = app.config.ffn_pyodide

    def address(path: str) -> str:
        return str(pathto(f"_static/{path}", 1))

    config: dict[str, Any] = {
        "pyodide": address(f"{PYTHON}/") if local else pyodide.CDN,
        "wheel": address(f"wheels/{wheel_of(app).name}"),
        "static": address("ffn/"),
        "sweeps": address("sweeps/"),
        "matplotlib": matplotlib_size(),
        "explorers": pathto("explorers/", 1),
    }
    if local:
        runtime = pyodide.start()
        if app.config.ffn_snapshot:
            config["snapshot"] = address(f"{PYTHON}/{snapshot.NAME}")
            runtime.append(snapshot.NAME)
        parts = [f"{PYTHON}/{name}" for name in runtime]
        parts += [f"ffn/{name}" for name in ("worker.js", "engine.js")]
        keep = [address(part) for part in parts] + [config["wheel"]]
        config["offline"] = {"script": pathto(OFFLINE, 1), "keep": keep}
    return config


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return a page that has an explorer its front end, and tell that where everything lies.

    A page that needs Python for other things (``NEEDS_PYTHON``) is told as well.
    """
    del page, template, doctree
    body_html = context.get("body", "")
    if not any(mark in body_html for mark in NEEDS_PYTHON) or app.builder.format != "html":
        return
    context["body"] = context["body"].replace(FIGURE, NO_SCRIPT + FIGURE, 1)
    told = configuration(app, context["pathto"])
    if "offline" in told:
        told["offline"]["keep"] += context.get("ffn_keep", [])
    body = json.dumps(told).replace("</", "<\\/")
    app.add_js_file(None, body=body, type="application/json", id="ffn-config")
    app.add_css_file("ffn/explorer.css")
    if EXPLORER in body_html:
        app.add_js_file("ffn/file.js", loading_method="defer")
        app.add_js_file("ffn/host.js", type="module")


class Wheel(SphinxRole):
    """``{wheel}`text```: a download of the library that this site was built with."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        name = wheel_of(self.env.app).name
        to = "../" * self.env.docname.count("/")
        link = f'<a download href="{to}_static/wheels/{name}">{escape(self.text)}</a>'
        return [nodes.raw("", link, format="html")], []


def setup(app: Sphinx) -> None:
    app.add_role("wheel", Wheel())
    app.add_css_file("ffn/site.css")
    app.connect("builder-inited", serve)
    app.connect("html-page-context", equip)

"""The directive ``{statement} <assignment>``: what students are given, and its download."""

import shutil
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from . import assets, release


class Statement(SphinxDirective):
    """Shows the release notebook; nothing of the solved one can get in."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        root = Path(self.env.srcdir)
        known = release.assignments(root)
        if name not in known:
            raise self.error(f"there is no assignment {name!r}; known: {', '.join(known)}")
        for source in release.sources(root, name):
            self.env.note_dependency(str(source))
        notebook = release.release(root, _build_folder(self.env.app), name)
        body = nodes.container()
        body.document = self.state.document
        text = release.as_markdown(notebook).splitlines()
        self.state.nested_parse(StringList(text, str(notebook)), 0, body, match_titles=True)
        return [self._downloads(name, notebook), *body.children]

    def _downloads(self, name: str, notebook: Path) -> nodes.Node:
        up = "../" * self.env.docname.count("/")
        folder = f"{up}_static/exercises/{name}"
        links = (
            f'<a href="{folder}.zip" download>Download the assignment</a> (a zip: the notebook, '
            "the library, two lines on how to start) or "
            f'<a href="{folder}/{notebook.name}" download>only the notebook</a>.'
        )
        return nodes.raw("", f'<p class="ffn-download">{links}</p>', format="html")


def _build_folder(app: Sphinx) -> Path:
    return Path(app.outdir).parent


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Put the downloads of the assignments into the site."""
    if exception is not None or app.builder.format != "html":
        return
    root, target = Path(app.srcdir), Path(app.outdir) / "_static" / "exercises"
    wanted: set[Path] = set()
    for name in release.assignments(root):
        notebook = release.release(root, _build_folder(app), name)
        copy, packed = target / name / notebook.name, target / f"{name}.zip"
        assets.place(notebook, copy)
        release.pack(notebook, assets.wheel_of(app), packed)
        wanted |= {copy.parent, packed}
    for old in set(target.glob("*")) - wanted:
        shutil.rmtree(old) if old.is_dir() else old.unlink()


def setup(app: Sphinx) -> None:
    app.add_directive("statement", Statement)
    app.connect("build-finished", serve)

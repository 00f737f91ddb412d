"""The directive ``{statement} <assignment>``: what students are given, to be solved there.

The directive is replaced by the text of the release notebook before the page is parsed, so that
the problems' headings become the page's own. Nothing of the solved notebook can get in. Around each
cell that a student fills stands what ``static/exercises.js`` needs to make an editor of it; without
scripts the page shows the cells, the visible cases and the hints, folded.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

from . import assets, fingerprint, release

logger = logging.getLogger(__name__)
DIRECTIVE = re.compile(r"^```\{statement\}[ \t]*(\S*)[ \t]*\n```[ \t]*$", re.MULTILINE)
ASSIGNMENT = 'class="ffn-assignment"'
HOME = """\
<div class="ffn-assignment" data-assignment="{name}" data-notebook="{folder}/{notebook}">
<div class="ffn-desk ffn-desk-place"></div>
<p class="ffn-download">For Jupyter on your own computer: <a href="{folder}.zip" download>the
assignment</a> (a zip: the notebook, the library, how to start) or <a href="{folder}/{notebook}"
download>only the notebook</a>.</p>
</div>
"""
FOLD = """\
<details class="{kind}" data-pagefind-ignore>
<summary>{summary}</summary>

{text}

</details>"""
BEGIN = '<div class="ffn-solve" data-problem="{name}" data-kind="{kind}">\n'
END = "</div>\n"
SCRIPTS = (
    "code_engine.js", "code_worker.js", "editor.js", "exercise_notebook.js", "exercises.js",
    "keep_offline.js", "kept.js", "show.js", "sparing.js", "written.js",
)  # fmt: skip
"""What an assignment's page may ask for, also later."""
CASES = "Visible cases: what is called, and what must come back"
QUESTIONS = """\
Compare your answer with these questions. Whoever marks it asks much the same.

{questions}"""


def hints_file(root: Path, name: str) -> Path:
    """Return the file with an assignment's hints and questions."""
    return root / "exercises" / "hints" / f"{name}.toml"


def as_markdown(notebook: Path, told: dict[str, Any]) -> str:
    """Return the notebook as MyST text, without its title: the page has one of its own.

    Parameters
    ----------
    notebook : Path
        The release notebook.
    told : dict
        ``hints`` and ``questions``, by problem.
    """
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    return _without_title("\n\n".join(_parts(cells, told)))


def _parts(cells: list[dict[str, Any]], told: dict[str, Any]) -> Iterator[str]:
    for cell in cells:
        text, known = "".join(cell["source"]).strip(), cell["metadata"].get("nbgrader", {})
        name, code = known.get("grade_id", ""), cell["cell_type"] == "code"
        shown = f"````{{code-block}} python\n{text}\n````" if code else text
        if known.get("solution"):
            yield BEGIN.format(name=name, kind="code" if code else "text")
            yield shown
            if not code:
                questions = "\n".join(f"- {_indented(q)}" for q in told["questions"][name])
                questions = QUESTIONS.format(questions=questions)
                yield FOLD.format(
                    kind="ffn-self-check", summary="Check it yourself", text=questions
                )
                yield END
        elif known.get("grade"):  # the test of the answer before it
            yield FOLD.format(kind="ffn-cases", summary=CASES, text=shown)
            yield _ladder(told["hints"][name.removeprefix("test_")])
            yield END
        elif text:
            yield shown


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")


def _ladder(hints: Sequence[str], place: int = 0) -> str:
    """The hints, each folded into the one before it, so that they are opened one by one."""
    summary = f"Hint {place + 1} of {len(hints)}"
    text = hints[place].strip()
    if place + 1 < len(hints):
        text += "\n\n" + _ladder(hints, place + 1)
    return FOLD.format(kind="ffn-hint", summary=summary, text=text)


def _without_title(text: str) -> str:
    """Drop the first heading of the first level; a later one becomes a second-level heading."""
    lines, fence, titled = [], "", False
    for line in text.splitlines():
        mark = re.match(r"\s*(`{3,}|~{3,}|:{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""
        if line.startswith("# ") and not fence:
            if titled:
                lines.append(f"#{line}")
            titled = True
        else:
            lines.append(line)
    return "\n".join(lines).strip()


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
        for file in (*release.sources(root, name), hints_file(root, name)):
            app.env.note_dependency(str(file))
        notebook = release.release(root, Path(app.outdir).parent, name)
        told = tomllib.loads(hints_file(root, name).read_text(encoding="utf8"))
        folder = "../" * page.count("/") + f"_static/exercises/{name}"
        home = HOME.format(name=name, folder=folder, notebook=notebook.name)
        return f"{home}\n{as_markdown(notebook, told)}"

    source[0] = DIRECTIVE.sub(text_of, source[0])


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return the page of an assignment what makes editors of its answers."""
    del page, template, doctree
    if ASSIGNMENT not in context.get("body", "") or app.builder.format != "html":
        return
    address = context["pathto"]
    context["ffn_keep"] = [
        address(f"_static/ffn/{part}", 1)
        for part in (*SCRIPTS, *(f"editor/{part}" for part in assets.editor_files()))
    ]
    app.add_js_file("ffn/exercises.js", type="module")
    app.add_css_file("ffn/editor/layout.css")
    app.add_css_file("ffn/code.css")
    app.add_css_file("ffn/exercises.css")


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Put the downloads of the assignments into the site."""
    if exception is not None or app.builder.format != "html":
        return
    root, build = Path(app.srcdir), Path(app.outdir).parent
    target, library = Path(app.outdir) / "_static" / "exercises", assets.wheel_of(app)
    wanted: set[Path] = set()
    for name in release.assignments(root):
        notebook = release.release(root, build, name)
        contents = fingerprint.of(notebook, library, Path(release.__file__))
        packed = build / "exercises" / "zip" / f"{contents}.zip"
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
    app.connect("html-page-context", equip, priority=400)  # before the page is told what to keep
    app.connect("build-finished", serve)

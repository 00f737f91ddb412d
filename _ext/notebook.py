"""Each chapter as a notebook that runs from top to bottom, in Jupyter or in Colab.

The chapters are MyST notebooks; what Jupyter does not know of MyST is written in plain Markdown,
and a first cell installs the library. The notebook has no outputs: they come when it runs.
"""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path

import nbformat
from sphinx.application import Sphinx
from sphinx.directives.code import LiteralIncludeReader
from sphinx.errors import ExtensionError

from . import assets

INSTALL = """\
# Installs the course's library: from its wheel beside this notebook, or else from the book.
from pathlib import Path

site = "{site}"
wheel = "{wheel}"
source = wheel if Path(wheel).is_file() else site + wheel
%pip install --quiet "anywidget>=0.9" "ipywidgets>=8" "matplotlib>=3.8" {{source}}
"""
DIRECTIVE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w-]+)\}[ ]*(?P<title>[^\n]*)\n"
    r"(?P<body>.*?)^(?P=fence)[ ]*$",
    re.DOTALL | re.MULTILINE,
)
OPTION = re.compile(r"^:([\w-]+):[ ]*(.*)\n", re.MULTILINE)
QUESTIONS = {"predict", "question"}
OPTION_LINE = re.compile(r"- (?:\[[^\]]*\]\s*)?(.*)")
QUOTES = re.compile(r"^\s*([\"'])(.*)\1\s*$")
ROLE = re.compile(r"\{[\w-]+\}`([^`<]*?)(?:\s*<[^`>]*>)?`")
PAGE_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([\w./-]+)\.md(#[\w-]+)?\)")
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)


def plain(text: str, folder: Path, site: str, app: Sphinx) -> str:
    """Return MyST as Markdown that any notebook shows.

    Parameters
    ----------
    text : str
    folder : Path
        Where the page's file is: paths are relative to it.
    site : str
        The book's address, or "": links to other pages are then plain words.
    """

    def directive(found: re.Match[str]) -> str:
        if found["name"] in QUESTIONS:
            return plain(_asked(found["body"]), folder, site, app)
        options = {name: QUOTES.sub(r"\2", v) for name, v in OPTION.findall(found["body"])}
        body = OPTION.sub("", found["body"]).strip("\n")
        if found["name"] == "literalinclude":
            return _included(folder / found["title"].strip(), options, app)
        inside = plain(body, folder, site, app)
        if not (found["title"].strip() or inside.strip()):
            return ""  # something that only the page can be
        if found["name"] == "dropdown":
            return f"<details><summary>{escape(found['title'])}</summary>\n\n{inside}\n\n</details>"
        if found["name"] == "claim":
            inside = f"*The book has a correction box here: claim {found['title']} of its ledger.*"
            return f"> {inside}"
        quoted = inside.replace("\n", "\n> ")
        return f"> **{found['title']}**\n>\n> {quoted}"

    def link(found: re.Match[str]) -> str:
        if not site:
            return found[1]
        return f"[{found[1]}]({site}chapters/{found[2]}.html{found[3] or ''})"

    text = DIRECTIVE.sub(directive, text)
    return LABEL.sub("", PAGE_LINK.sub(link, ROLE.sub(r"\1", text)))


def _asked(body: str) -> str:
    """Return a question with its options, without what is said of them in the page."""
    text = re.sub(r"\A---\n.*?^---\n", "", body, flags=re.DOTALL | re.MULTILINE)
    lines, in_option = ["> **A question**", ">"], False
    for line in text.strip().splitlines():
        if option := OPTION_LINE.match(line):
            lines.append(f"> - {option[1]}")
            in_option = True
        elif not (in_option and line.startswith("  ")):
            lines.append(f"> {line}".rstrip())
            in_option = False
    return "\n".join(lines)


def _included(file: Path, options: dict[str, str], app: Sphinx) -> str:
    given: dict[str, object] = dict(options)
    if "dedent" in given:
        given["dedent"] = int(options["dedent"])
    given.pop("language", None)
    text, _ = LiteralIncludeReader(str(file.resolve()), given, app.config).read()
    return f"```python\n{text.rstrip()}\n```"


def write(app: Sphinx, page: str, source: Path, target: Path) -> None:
    """Write the notebook of a page, made from the one that was executed for it."""
    site = app.config.html_baseurl
    content = nbformat.read(source, as_version=4)
    folder = (Path(app.srcdir) / page).parent
    wheel = assets.wheel_of(app).name
    wheels = f"{site.rstrip('/')}/_static/wheels/" if site else ""
    install = INSTALL.format(site=wheels, wheel=wheel)
    cells = [nbformat.v4.new_code_cell(install, id="install")]
    for number, cell in enumerate(content.cells):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "code":
            hidden = (
                {"jupyter": {"source_hidden": True}}
                if tags & {"remove-input", "hide-input"}
                else {}
            )
            cells.append(nbformat.v4.new_code_cell(cell.source, id=f"c{number}", metadata=hidden))
        elif text := plain(
            cell.source, folder, f"{site.rstrip('/')}/" if site else "", app
        ).strip():
            cells.append(nbformat.v4.new_markdown_cell(text, id=f"c{number}"))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.validate(made)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, target)


def links(app: Sphinx, name: str, address: Callable[[str], str]) -> str:
    """Return the line of a page that offers its notebook, and Colab where that is configured."""
    file = address(f"notebooks/{name}.ipynb")
    wheels = address("wheels/")
    where = f'href="{file}" data-wheels="{wheels}"'
    offered = f'<a class="ffn-notebook" download {where}>this chapter as a notebook</a>'
    text = f"Run it elsewhere: download {offered}"
    if place := app.config.ffn_colab:
        if not app.config.html_baseurl:
            raise ExtensionError("ffn_colab needs html_baseurl, where Colab finds the wheel")
        colab = f"https://colab.research.google.com/github/{place.strip('/')}/{name}.ipynb"
        text += f', or <a href="{escape(colab)}">open it in Colab</a>'
    return f'<p class="ffn-source">{text}.</p>'


def setup(app: Sphinx) -> None:
    app.add_config_value("ffn_colab", "", "html", str)

"""What the pages know of their code cells, and each chapter as a notebook."""

import gzip
import json
import os
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import ROOT
from nbclient import NotebookClient
from sphinx.errors import ExtensionError

from _ext import assets, cell_times, cells, notebook

CHAPTERS = sorted(file.stem for file in (ROOT / "chapters").glob("[0-9]*.md"))
WITH_CODE = [
    name for name in CHAPTERS if "{code-cell}" in (ROOT / f"chapters/{name}.md").read_text()
]
ARRIVAL = 40_000  # bytes, compressed, that a page with code may cost more than one without
ON_ARRIVAL = ("cells.js", "sparing.js", "code.css", "cells.css", "editor/layout.css")


def listed(site: Path, chapter: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((site / f"_static/cells/{chapter}.json").read_text())
    return found


@pytest.mark.parametrize("chapter", WITH_CODE)
def test_the_page_knows_all_cells_and_marks_those_that_show_their_source(
    site: Path, chapter: str
) -> None:
    text = (ROOT / f"chapters/{chapter}.md").read_text(encoding="utf8")
    blocks = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    hidden = [bool(re.match(r":tags: \[.*remove-input.*\]", block)) for block in blocks]
    sources = [re.sub(r"\A(:\w+:.*\n)+", "", block).strip() for block in blocks]
    entries = listed(site, chapter)
    assert [entry["source"].strip() for entry in entries] == sources
    assert [entry["id"].startswith("hidden-") for entry in entries] == hidden
    page = BeautifulSoup((site / f"chapters/{chapter}.html").read_text("utf8"), "html.parser")
    for place, entry in enumerate(entries):
        if entry["id"].startswith("cell-"):
            (shown,) = page.select(f"#{entry['id']}")
            assert shown.select_one(".highlight pre").get_text().strip() == entry["source"].strip()
            assert shown.select_one(".ffn-cell-bar")["data-index"] == str(place)
    assert len(page.select(".ffn-cell-bar")) == hidden.count(False)


@pytest.mark.parametrize("chapter", WITH_CODE)
def test_arrival_grows_little(site: Path, chapter: str) -> None:
    """With all that is fetched in the background to be there without a network."""
    files = {*ON_ARRIVAL, *cells.SCRIPTS}
    files |= {f"editor/{name}" for name in assets.editor_files() if name != cells.PURIFIER}
    paths = [site / "_static" / "ffn" / name for name in files]
    paths.append(site / "_static" / "cells" / f"{chapter}.json")
    assert sum(len(gzip.compress(path.read_bytes())) for path in paths) <= ARRIVAL


def test_the_editor_is_small() -> None:
    files = assets.editor_files()
    modules = [file for name, file in files.items() if name != cells.PURIFIER]
    modules.append(ROOT / "_ext" / "static" / "editor.js")
    assert len(modules) >= 6
    assert sum(len(gzip.compress(file.read_bytes())) for file in modules) <= 20_000


def of_chapter(site: Path, chapter: str) -> Any:
    return nbformat.read(site / f"_static/notebooks/{chapter}.ipynb", as_version=4)


@pytest.mark.parametrize("chapter", WITH_CODE)
def test_a_chapters_notebook_has_its_cells_and_no_myst(site: Path, chapter: str) -> None:
    content = of_chapter(site, chapter)
    nbformat.validate(content)
    first, *others = content.cells
    assert "%pip install" in first.source
    assert next((site / "_static" / "wheels").glob("*.whl")).name in first.source
    code = [cell.source for cell in others if cell.cell_type == "code"]
    assert code == [entry["source"] for entry in listed(site, chapter)]
    words = "\n".join(cell.source for cell in others if cell.cell_type == "markdown")
    outside = re.sub(r"```.*?```|`[^`\n]*`", "", words, flags=re.DOTALL)
    assert re.findall(r"\{[a-z-]+\}`|^:::|\.md\)", words, re.MULTILINE) == []
    assert "```{" not in words
    assert words.startswith("# ")
    assert len(outside) > 2000


def test_a_notebook_runs_from_top_to_bottom_and_installs_the_wheel(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel lies beside it; it is installed into a folder of its own, which comes first."""
    chapter = WITH_CODE[0]
    library = next((site / "_static" / "wheels").glob("*.whl"))
    shutil.copy(library, tmp_path)
    installed = tmp_path / "installed"
    installed.mkdir()  # what is not there when Python starts is not looked at again
    for name, value in {
        "PIP_TARGET": str(installed),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
        "PYTHONPATH": str(installed),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    content = of_chapter(site, chapter)
    # Nothing else is fetched here: what the notebook names besides the wheel is installed already.
    content.cells[0].source = re.sub(r'"[a-z]+>=[\d.]+" ', "", content.cells[0].source)
    where = "import ffnlib, sys; print(ffnlib.__file__, file=sys.stdout)"
    content.cells.append(nbformat.v4.new_code_cell(where))
    NotebookClient(content, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert content.cells[-1].outputs[0]["text"].startswith(str(installed))
    assert os.listdir(installed)


def test_what_jupyter_does_not_know_is_plain_markdown(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    text = (
        "(a-label)=\n# Title\n\nA {term}`word <entry>` and {explore}`b <neurons.neuron?b=2>`,"
        " see [chapter 2](02_activations.md#part) and [home](https://example.org).\n\n"
        "```{admonition} Heed\n:class: tip\nThis {term}`too`.\n```\n\n"
        ":::{dropdown} Why?\nBecause.\n:::\n\n"
        "```{literalinclude} code.py\n:language: python\n:pyobject: g\n```\n\n"
        "```{question} which\n---\ncompute: |\n  x = 1\n---\nWhich {term}`one`?\n\n"
        "- [x == 1] The first.\n  Right.\n- [ ] The second.\n  No.\n```\n\n"
        "```{claim} S1-1\n```\n\n```python\nx = {1}\n```\n"
    )
    app: Any = SimpleNamespace(config=SimpleNamespace(source_encoding="utf-8", tab_width=8))
    made = notebook.plain(text, tmp_path, "", app)
    assert "A word and b, see chapter 2 and [home](https://example.org)." in made
    assert "> **Heed**\n>\n> This too." in made
    assert "<summary>Why?</summary>\n\nBecause.\n" in made
    assert "```python\ndef g():\n    return 2\n```" in made
    assert "> Which one?\n>\n> - The first.\n> - The second." in made
    assert "Right." not in made
    assert "compute" not in made
    assert "claim S1-1" in made
    assert "x = {1}" in made
    linked = notebook.plain(text, tmp_path, "https://book.org/", app)
    assert "[chapter 2](https://book.org/chapters/02_activations.html#part)" in linked


def test_colab_is_offered_only_where_it_is_configured() -> None:
    def made(**config: str) -> str:
        app: Any = SimpleNamespace(config=SimpleNamespace(**config))
        return notebook.links(app, "01_neurons", lambda path: f"../_static/{path}")

    assert "colab" not in made(ffn_colab="", html_baseurl="")
    offered = made(ffn_colab="me/book/blob/site/notebooks", html_baseurl="https://me.org/")
    address = (
        "https://colab.research.google.com/github/me/book/blob/site/notebooks/01_neurons.ipynb"
    )
    assert f'href="{address}"' in offered
    with pytest.raises(ExtensionError, match="html_baseurl"):
        made(ffn_colab="me/book", html_baseurl="")


def test_a_kernel_writes_down_how_long_a_slow_cell_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    settings = "c = get_config()\n" + cell_times.configuration(tmp_path)
    (profile / "ipython_kernel_config.py").write_text(settings)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    slow = "import time\nt = time.perf_counter()\nwhile time.perf_counter() - t < 1.1: pass"
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in ("x = 1", slow, "x")]
    )
    NotebookClient(made, timeout=600, kernel_name="python3").execute()
    times = cell_times.read(tmp_path)
    assert list(times) == [cell_times.key(slow)]
    assert times[cell_times.key(slow)] >= 1.1
    assert made.cells[2].outputs[0]["data"]["text/plain"] == "1"

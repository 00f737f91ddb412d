"""The built site as files: complete, of this host alone, and without a solution in it."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import ROOT, build_book

from _ext import explore, fingerprint, release, wheel
from _ext.assets import PYTHON
from tools import npm_packages, pyodide

LOADING = "script[src], img[src], iframe[src], source[src], audio[src], video[src], link[href]"
LINKING = f"{LOADING}, a[href]"
NAVIGATION = {"next", "prev", "index", "search", "canonical"}
MATHJAX_LOADS = "output/chtml/fonts/woff-v2/MathJax_Main-Regular.woff"


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf8"), "html.parser")


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(str(tag["id"]) for tag in soup(page).select("[id]"))


def pages(site: Path) -> list[Path]:
    return sorted(p for p in site.rglob("*.html") if "_static" not in p.relative_to(site).parts)


def address(tag: Tag) -> str:
    return str(tag.get("src") or tag.get("href"))


def chapters(site: Path) -> list[Path]:
    """The chapters that teach; the last one is the ledger, which has a page of its own kind."""
    return sorted(
        p for p in (site / "chapters").glob("[0-9]*.html") if not p.stem.endswith("_claims")
    )


# --- addresses ---------------------------------------------------------------------------------


def test_pages_load_nothing_from_another_host(site: Path) -> None:
    foreign = [
        (page.name, address(tag))
        for page in pages(site)
        for tag in soup(page).select(LOADING)
        if urlsplit(address(tag)).netloc and not NAVIGATION & set(tag.get("rel") or [])
    ]
    assert foreign == []


def test_style_sheets_load_nothing_from_another_host(site: Path) -> None:
    loads = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s]+)""")
    styles = {p.name: p.read_text(encoding="utf8") for p in site.rglob("*.css")}
    inline = {p.name: "".join(t.text for t in soup(p).select("style")) for p in pages(site)}
    assert {
        name: found for name, css in (styles | inline).items() if (found := loads.findall(css))
    } == {}


def test_the_site_carries_the_pinned_pyodide_and_names_no_other(site: Path) -> None:
    configs = [tag for page in chapters(site) for tag in soup(page).select("#ffn-config")]
    assert len(configs) == len(chapters(site)), "every chapter has an explorer"
    for tag in configs:
        told = json.loads(tag.text)
        assert told["pyodide"] == f"../_static/{PYTHON}/"
        assert pyodide.CDN not in tag.text
    served = site / "_static" / PYTHON
    wanted = pyodide.hashes()
    assert {file.name for file in served.iterdir()} == {*wanted, pyodide.LOCK}
    for name, sha256 in wanted.items():
        assert hashlib.sha256((served / name).read_bytes()).hexdigest() == sha256, name
    assert json.loads((served / pyodide.LOCK).read_text())["packages"]["numpy"]


def test_links_lead_somewhere(site: Path) -> None:
    broken = []
    for page in pages(site):
        for tag in soup(page).select(LINKING):
            parts = urlsplit(address(tag))
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if parts.path.startswith("/"):  # the page for addresses that are none
                target = site / unquote(parts.path)[1:]
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment).partition("?")[0]
            named = anchor and target.suffix == ".html"
            if not target.is_file() or (named and anchor not in anchors(target)):
                broken.append((page.name, address(tag)))
    assert broken == []


def test_mathjax_is_served_with_its_fonts(site: Path) -> None:
    home = site / "_static" / "mathjax"
    assert (home / MATHJAX_LOADS).is_file()
    scripts = [address(t) for t in soup(chapters(site)[1]).select("script[src*=mathjax]")]
    assert [s.split("?")[0] for s in scripts] == ["../_static/mathjax/tex-chtml.js"]


# --- what stands in the pages ------------------------------------------------------------------


def test_pictures_have_a_text(site: Path) -> None:
    mute = []
    for page in pages(site):
        mute += [
            (page.name, address(t))
            for t in soup(page).select("img:not(a img, .ffn-card img)")  # a card's name is its link
            if not t.get("alt")
        ]
        mute += [(page.name, address(t)) for t in soup(page).select("img:not([alt])")]
        mute += [
            (page.name, str(t)[:80])
            for t in soup(page).select("svg[role=img]")
            if not (t.get("aria-label") or t.get("aria-labelledby") or t.find("title"))
        ]
    assert mute == []


def test_chapters_show_their_results(site: Path) -> None:
    for page in chapters(site):
        text = soup(page)
        assert text.select("figure.ffn-explorer svg"), f"{page.name} has no explorer's picture"
        assert text.select(".cell_output"), f"{page.name} has no output"
        assert not text.select(".output.traceback, .output.stderr"), page.name


def test_explorers_have_their_sweeps(site: Path) -> None:
    for page in chapters(site):
        for figure in soup(page).select("figure.ffn-explorer"):
            told = json.loads(figure.select_one("script.ffn-spec").text)  # type: ignore[union-attr]
            if any(c["kind"] in {"slider", "choice", "toggle"} for c in told["controls"]):
                assert list((site / "_static" / "sweeps").glob(f"{told['key']}.*.json")), told[
                    "key"
                ]


def test_the_theme_is_fixed(site: Path) -> None:
    for page in pages(site):
        html = page.read_text(encoding="utf8")
        assert "fontawesome.js" not in html
        assert "thebe" not in html.lower()
        assert "widget-state+json" not in html
        for button in soup(page).select("button.search-button-field"):
            assert not button.get("aria-label"), "its name must hold the words that are seen"
    assert (site / "_static" / "ffn" / "icons.css").stat().st_size < 20_000


# --- exercises ---------------------------------------------------------------------------------


def lines(text: str) -> set[str]:
    """Lines that say enough to be recognised."""
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= 16}


def notebook_lines(notebook: Path | bytes) -> set[str]:
    content = notebook if isinstance(notebook, bytes) else notebook.read_bytes()
    return {x for c in json.loads(content)["cells"] for x in lines("".join(c["source"]))}


@pytest.fixture(scope="session")
def secrets(root: Path) -> set[str]:
    """What only the teacher's side has: solutions, hidden cases, the bank of answers."""
    course, found = root / "exercises", set()
    for name in release.assignments(root):
        found |= set().union(*map(notebook_lines, (course / "source" / name).glob("*.ipynb")))
        found -= notebook_lines(release.release(root, root / "_build", name))
    for folder in ("cases", "bank"):
        for file in (course / folder).rglob("*.py"):
            found |= lines(file.read_text(encoding="utf8"))
    published = (root / "ffnlib", root / "chapters", root / "claims", root / "index.md")
    for file in fingerprint.files(*published):
        if file.suffix in {".py", ".md", ".yml"}:
            found -= lines(file.read_text(encoding="utf8"))
    for name in release.assignments(root):
        found -= notebook_lines(release.release(root, root / "_build", name))
    return found


def texts(site: Path) -> Iterator[tuple[str, str]]:
    """Every text of the site, those inside its archives too."""
    for file in fingerprint.files(site):
        name = str(file.relative_to(site))
        if file.suffix == ".html":
            yield name, soup(file).get_text()
        elif file.suffix == ".ipynb":
            yield name, "\n".join(notebook_lines(file))
        elif file.suffix in {".js", ".json", ".txt", ".md", ".py"}:
            yield name, file.read_text(encoding="utf8", errors="replace")
        elif file.suffix in {".zip", ".whl"} and "pyodide" not in file.parts:
            yield from _archived(name, file)


def _archived(name: str, file: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.namelist():
            content = archive.read(member)
            if member.endswith(".ipynb"):
                yield f"{name}:{member}", "\n".join(notebook_lines(content))
            elif not member.endswith((".whl", ".npz", ".gz")):
                yield f"{name}:{member}", content.decode("utf8", errors="replace")


def test_no_solution_and_no_hidden_case_is_published(site: Path, secrets: set[str]) -> None:
    assert len(secrets) > 50, "the course has solutions that could leak"
    leaks = [
        (where, line)
        for where, text in texts(site)
        for line in secrets & lines(text)
        | {m for m in ("BEGIN SOLUTION", "HIDDEN TESTS") if m in text}
    ]
    assert leaks == []


def test_downloads_hold_the_notebook_the_library_and_how_to_start(root: Path, site: Path) -> None:
    folder = site / "_static" / "exercises"
    library = next((site / "_static" / "wheels").glob("*.whl"))
    for name in release.assignments(root):
        notebook = folder / name / f"{name}.ipynb"
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            held = {m.split("/", 1)[1]: archive.read(m) for m in archive.namelist()}
        assert set(held) == {notebook.name, library.name, "START.txt"}
        assert held[notebook.name] == notebook.read_bytes()
        assert held[library.name] == library.read_bytes()
        start = held["START.txt"].decode()
        for needed in ("Python 3.11", "-m venv", f"./{library.name}", notebook.name):
            assert needed in start
        assert max(map(len, start.splitlines())) <= 120
        cells = json.loads(notebook.read_bytes())["cells"]
        assert not [c for c in cells if c.get("outputs")]


def test_statements_are_those_of_the_release(root: Path, site: Path) -> None:
    for name in release.assignments(root):
        page = soup(site / "chapters" / "exercises" / f"{name}.html")
        assert "YOUR CODE HERE" in page.get_text()
        assert page.select(f'a[href="../../_static/exercises/{name}.zip"]')
        assert len(page.select("article h1")) == 1


# --- the wheel ---------------------------------------------------------------------------------


def test_wheel_holds_the_library_and_nothing_else(root: Path, site: Path) -> None:
    with zipfile.ZipFile(next((site / "_static" / "wheels").glob("*.whl"))) as archive:
        names = {n for n in archive.namelist() if ".dist-info/" not in n}
    expected = {
        str(f.relative_to(root))
        for f in fingerprint.files(root / "ffnlib")
        if f.suffix != ".md" or "data" in f.parts
    }
    assert names == expected


def test_wheel_is_the_same_from_the_same_source(root: Path, tmp_path: Path) -> None:
    first, second = (wheel.build(root, tmp_path / name) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


# --- building again ----------------------------------------------------------------------------


def test_second_build_runs_and_writes_nothing(root: Path, site: Path) -> None:
    def state() -> dict[Path, int]:
        cached = (root / "_build" / ".jupyter_cache").rglob("*.ipynb")
        return {p: p.stat().st_mtime_ns for p in (*pages(site), *cached)}

    before = state()
    again = build_book()
    assert again.returncode == 0, again.stdout
    assert state() == before


def test_numbers_are_computed_again_when_the_library_changes(tmp_path: Path) -> None:
    for name in ("ffnlib/static", "ffnlib/explorers"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "constraints.txt").write_text("numpy==2\n")
    code, style = tmp_path / "ffnlib/explorers/a.py", tmp_path / "ffnlib/static/a.css"
    code.write_text("x = 1\n")
    before = fingerprint.execution(tmp_path)
    style.write_text("p {}\n")
    assert fingerprint.execution(tmp_path) == before
    code.write_text("x = 2\n")
    assert fingerprint.execution(tmp_path) != before


BAD_PAGE = """\
# A page

```{claim} S9-99
```

```{statement} nothing
```

{explore}`a link <neurons.neurone?w=2>` and a [broken link](nowhere.md).
"""
BAD_CELL = """\
---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
# A notebook

```{code-cell} ipython3
import warnings
warnings.warn("a warning in a cell")
```
"""


@pytest.mark.slow
def test_mistakes_fail_the_build_and_the_next_one(tmp_path: Path) -> None:
    copied = ("_ext", "ffnlib", "claims", "exercises", "tools")
    for name in copied:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "tools" / "npm" / "node_modules").symlink_to(npm_packages.MODULES)
    shutil.copytree(ROOT / "_build" / "exercises", tmp_path / "_build" / "exercises")
    for name in ("_config.yml", "constraints.txt", "pyproject.toml", "LICENSE", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("references.bib", "README.md"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "index.md").write_text(BAD_PAGE)
    (tmp_path / "cell.md").write_text(BAD_CELL)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters: [{file: cell}]\n")
    for attempt in ("first", "second"):
        done = build_book(tmp_path, FFN_PYODIDE=str(pyodide.HOME))
        assert done.returncode != 0, f"the {attempt} build passed:\n{done.stdout}"
        assert re.search(r"^  \d of 2: index$", done.stdout, re.MULTILINE), "it shows no progress"
        for words in (
            "no claim 'S9-99'",
            "no assignment 'nothing'",
            "no explorer 'neurons.neurone'",
            "nowhere.md",
            "stderr was found",
        ):
            assert words in done.stdout, f"the {attempt} build says nothing of: {words}"


# --- links that set an explorer ----------------------------------------------------------------


def test_links_name_the_figure_and_the_parameters() -> None:
    shown, params = explore.parse("neurons.neuron?b=1&activation=tanh")
    assert params == {"b": 1, "activation": "tanh"}
    assert explore.fragment(shown, params) == "#neurons-neuron?b=1&activation=tanh"


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("neurons.nothing?b=1", "there is no explorer 'neurons.nothing'"),
        ("neurons.neuron?nothing=1", "no control 'nothing'"),
        ("neurons.neuron?b=1e9", "largest value"),
        ("neurons.neuron?activation=none", "must be one of"),
    ],
)
def test_links_to_what_is_not_there_are_refused(target: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        explore.parse(target)


def test_under_every_explorer_stand_links_to_its_code(site: Path) -> None:
    seen = 0
    for path in sorted((site / "chapters").glob("*.html")):
        shown = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for figure in shown.select("figure.ffn-explorer"):
            line = figure.find_next_sibling("p", class_="ffn-source")
            assert line is not None, figure["id"]
            for link in line.select("a"):
                file, _, anchor = str(link["href"]).partition("#")
                target = (path.parent / file).resolve().read_text(encoding="utf-8")
                assert f'id="{anchor}"' in target, link["href"]
            seen += 1
    assert seen > 40

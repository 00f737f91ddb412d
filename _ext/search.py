"""The search index, made by Pagefind from the built pages: one hit per section, no TeX, no code.

Pagefind counts a section from its heading's id, which Sphinx gives to the section around it; and
what it should find by another name (*xavier* for Glorot's initialization) stands in no text. So it
reads copies of the pages, made here, and the pages themselves stay as they are.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

BUNDLE = "pagefind"
WORDS = "search.yml"
HEADINGS = ["h1", "h2", "h3", "h4"]
LEFT_OUT = (
    "script, style, noscript, svg, button, .headerlink, .math, .cell_input, .ffn-explorer details,"
    " .ffn-ask, .ffn-source, .ffn-notes, .toctree-wrapper, .prev-next-footer, .highlight-console"
)
WEIGHTS = (  # of a page's text, by the beginning of its address: the text before the reference
    ("chapters/api/", 0.2),
    ("chapters/bibliography", 0.1),
    ("chapters/11_claims", 0.3),
    ("chapters/glossary", 0.8),
    ("chapters/exercises/", 0.6),
    ("chapters/instructors", 0.5),
    ("chapters/", 2.0),
    ("", 1.0),
)


def pages(site: Path) -> list[Path]:
    """Return the pages that are searched, as paths in the site."""
    found = (path.relative_to(site) for path in site.rglob("*.html"))
    apart = {
        "_static",
        "_modules",
        "explorers",
        BUNDLE,
        "genindex.html",
        "search.html",
        "py-modindex.html",
    }
    return sorted(path for path in found if path.parts[0] not in apart)


def weight(page: Path) -> float:
    """Return how much a word of a page counts."""
    return next(w for start, w in WEIGHTS if page.as_posix().startswith(start))


def reduced(html: str, page: Path, words: dict[str, str]) -> str:
    """Return a page as Pagefind shall read it: its text, each heading with its section's id.

    Parameters
    ----------
    html : str
    page : Path
        Where it stands in the site.
    words : dict
        For sections of this page, by id, the words under which they are found too.

    Raises
    ------
    ValueError
        If a section with words is not there.
    """
    whole = BeautifulSoup(html, "html.parser")
    article = whole.select_one("article.bd-article") or whole.select_one("article")
    if article is None:
        return ""
    for part in article.select(LEFT_OUT):
        part.decompose()
    missing = dict(words)
    for heading in article.find_all(HEADINGS):
        section = heading.parent
        if isinstance(section, Tag) and section.name == "section" and section.get("id"):
            heading["id"] = name = str(section["id"])
            if said := missing.pop(name, None):
                also = whole.new_tag("p", attrs={"data-pagefind-weight": "8"})
                also.string = f"Also found as: {said}."
                heading.insert_after(also)
            del section["id"]
    if missing:
        raise ValueError(f"{page} has no section {', '.join(missing)}")
    title = article.find("h1")
    name = title.get_text().strip() if isinstance(title, Tag) else page.stem
    return (
        f'<!doctype html><html lang="en"><head><title>{name}</title></head>'
        f'<body><main data-pagefind-body data-pagefind-weight="{weight(page)}">'
        f"{article}</main></body></html>"
    )


def index(site: Path, words: dict[str, dict[str, str]]) -> None:
    """Write the index of a built site.

    Raises
    ------
    ValueError
        If words are given for a page or section that is not there.
    RuntimeError
        If Pagefind fails.
    """
    here = pages(site)
    if unknown := sorted(set(words) - {page.with_suffix("").as_posix() for page in here}):
        raise ValueError(f"no page {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as folder:
        for page in here:
            copy = Path(folder) / page
            copy.parent.mkdir(parents=True, exist_ok=True)
            html = (site / page).read_text(encoding="utf-8")
            copy.write_text(reduced(html, page, words.get(page.with_suffix("").as_posix(), {})))
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pagefind", "--silent", "--keep-index-url"),
                *("--site", folder, "--output-path", str(site / BUNDLE)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"pagefind: {done.stdout}{done.stderr}")


def build(app: Sphinx, problem: Exception | None) -> None:
    """Index the site after its pages are written."""
    if problem is None and app.builder.format == "html":
        words = yaml.safe_load((Path(app.srcdir) / "_ext" / WORDS).read_text(encoding="utf-8"))
        try:
            index(Path(app.outdir), words)
        except (ValueError, RuntimeError) as error:
            raise ExtensionError(f"search: {error}") from error


def setup(app: Sphinx) -> None:
    app.connect("build-finished", build)
    app.add_js_file("ffn/search.js", type="module")

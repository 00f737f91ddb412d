"""What stands around every page: numbers, bar, breadcrumbs, citation, footer, data for machines.

Where the book is kept and served is said once, in ``_config.yml`` (``repository: url`` and
``html: baseurl``); without them nothing that needs such an address appears.
"""

import json
import re
import time
from datetime import UTC, datetime
from functools import cache
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml
from docutils import nodes
from sphinx.application import Sphinx

import ffnlib

from . import fingerprint

LONGEST = 200  # characters of a description
CHAPTER = re.compile(r"chapters/\d\d_")
MATHEMATICS = re.compile(r'class="[^"]*\bmath\b')
BESIDE = '<i class="ffn-beside" hidden></i>'
VIEWPORT = re.compile(r'<meta (?:content="[^"]*" )?name="viewport"[^>]*>')
LICENCES = {
    "text": "https://creativecommons.org/licenses/by/4.0/",
    "code": "https://opensource.org/license/bsd-3-clause",
}
NOT_FOUND = """<h1>There is no such page</h1>
<p>It may have moved. Press <kbd>Ctrl</kbd>+<kbd>K</kbd> to search the book, choose a chapter in the
contents, or start from the <a href="@index">first page</a> or the <a href="@gallery">gallery of
explorers</a>.</p>"""
ROBOTS = "User-agent: *\nAllow: /\n"


@cache
def citation(root: Path) -> dict[str, Any]:
    """Return what CITATION.cff says of the book."""
    found: dict[str, Any] = yaml.safe_load((root / "CITATION.cff").read_text("utf8"))
    return found


def authors(root: Path) -> str:
    """Return the authors as the footer names them."""
    named = [
        " ".join(filter(None, (each.get("given-names"), each.get("family-names"))))
        or each.get("name", "")
        for each in citation(root)["authors"]
    ]
    return " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))


def built() -> datetime:
    """Return the day of the build; ``SOURCE_DATE_EPOCH`` sets it for builds to be compared."""
    return datetime.fromtimestamp(int(environ.get("SOURCE_DATE_EPOCH", time.time())), UTC)


def description(doctree: nodes.document | None) -> str:
    """Return a page's first paragraph of prose, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else []:
        said = " ".join(paragraph.astext().split())
        if len(said) > 40:
            cut = said[: LONGEST + 1].rpartition(" ")[0] if len(said) > LONGEST else said
            return cut if cut == said else f"{cut} …"
    return ""


def bibtex(name: str, who: str, page: str, day: datetime, url: str | None) -> str:
    """Return a page's entry for a bibliography file."""
    key = re.sub(r"\W+", "-", page.rpartition("/")[2]) or "book"
    where = f",\n  url = {{{url}}}" if url else ""
    lines = [f"@misc{{ffn-{key}", f"title = {{{name}}}", f"author = {{{{{who}}}}}"]
    return ",\n  ".join([*lines, f"year = {{{day:%Y}}}{where}"]) + "\n}"


def learning(page: str, name: str, about: str, context: dict[str, Any], root: Path) -> str:
    """Return what a search engine may know of a page, as JSON-LD."""
    book = citation(root)["title"]
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course" if page == "index" else "LearningResource",
        "name": book if page == "index" else name,
        "description": about or citation(root)["abstract"],
        "inLanguage": "en",
        "license": LICENCES["text"],
        "isAccessibleForFree": True,
    }
    if page == "index":
        told["provider"] = {"@type": "Organization", "name": authors(root)}
    else:
        told["isPartOf"] = {"@type": "Course", "name": book}
        told["learningResourceType"] = "exercise" if "/exercises/" in page else "interactive text"
    if context.get("pageurl"):
        told["url"] = context["pageurl"]
    return json.dumps(told, ensure_ascii=False).replace("</", "<\\/")


def trail(app: Sphinx, page: str) -> list[tuple[str, str]]:
    """Return the way to a page: the caption of its part. (Parts have no page of their own.)"""
    contents = app.env.get_doctree(app.config.root_doc)
    for tree in contents.findall(lambda node: node.tagname == "toctree"):
        if page in tree["includefiles"] and tree.get("caption"):
            return [(tree["caption"], "")]
    return []


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Pass a page's template what it shows around the text."""
    del template
    if app.builder.format != "html":
        return
    root, day = Path(app.srcdir), built()
    name = re.sub("<[^>]*>", "", context.get("title", ""))
    repository = str(app.config.html_theme_options.get("repository_url") or "").rstrip("/")
    about = str(context.get("line") or description(doctree))
    said = name  # "3. Backpropagation: ...", as Sphinx numbers it
    name = re.sub(r"^\d+\. ", "", name)
    book = citation(root)["title"]
    url = context.get("pageurl")
    context |= {
        "ffn_name": said if page != app.config.root_doc else "",
        "ffn_description": about,
        "ffn_trail": trail(app, page),
        "ffn_authors": authors(root),
        "ffn_version": ffnlib.__version__,
        "ffn_built": f"{day:%Y-%m-%d}",
        "ffn_licences": LICENCES,
        "ffn_data": learning(page, said, about, context, root),
        "ffn_card": url and f"{app.config.html_baseurl.rstrip('/')}/{card(page)}",
        "ffn_repository": repository,
    }
    if doctree is not None:
        full = book if page == app.config.root_doc else f"{name}. In: {book}"
        context["ffn_cite"] = (
            f"{authors(root)} ({day:%Y}): {full}. Version {ffnlib.__version__}"
            + (f". {url}" if url else "")
        )
        context["ffn_bibtex"] = bibtex(full, authors(root), page, day, url)
        if repository:
            branch = app.config.html_theme_options.get("repository_branch") or "main"
            file = Path(app.env.doc2path(page)).relative_to(root).as_posix()
            context["ffn_edit"] = f"{repository}/edit/{branch}/{file}"
            asked = {"title": f"{said}: ", "body": f"Page: {page}\nSection: \n\nWhat is wrong:\n"}
            context["ffn_report"] = f"{repository}/issues/new?{urlencode(asked)}"
            app.add_js_file("ffn/report.js", loading_method="defer")


def tidy(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Take from a page what it has twice or does not need, after all others have added theirs."""
    del page, doctree
    if app.builder.format != "html":
        return
    # docutils' own, of which the layout has one already.
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))
    if template != "search.html":
        _without(context, "searchtools.js", "language_data.js", "searchindex.js")
    # For a switch of versions, which is absent.
    _without(context, body="DOCUMENTATION_OPTIONS.pagename")
    # The list of contents comes after the text, which shall not be wider until it is there.
    without = "html_theme.sidebar_secondary.remove" in (context.get("meta") or {})
    if context.get("toc", "").count("<li") > 1 and "body" in context and not without:
        context["body"] = BESIDE + context["body"]
    if not MATHEMATICS.search(context.get("body", "")):
        _without(context, "mathjax/", "formulas.js", body="window.MathJax")


def _without(context: dict[str, Any], *names: str, body: str = "\0") -> None:
    """Take scripts from a page: by a part of their names, or of their text."""

    def stays(script: Any) -> bool:
        file = str(getattr(script, "filename", script) or "")
        inline = str(getattr(script, "attributes", {}).get("body") or "")
        return not (any(name in file for name in names) or body in inline)

    context["script_files"][:] = filter(stays, context["script_files"])


def card(page: str) -> str:
    """Return the picture that stands for a page where a link to it is shown."""
    chapter = page.rpartition("/")[2] if CHAPTER.match(page) else "book"
    return f"_static/cards/{chapter}.png"


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write what a server and a search engine look for beside the pages."""
    if exception is not None or app.builder.format != "html":
        return
    site, base = Path(app.outdir), str(app.config.html_baseurl or "").rstrip("/")
    robots, sitemap = ROBOTS, site / "sitemap.xml"
    if base:
        pages = sorted(app.env.found_docs)
        rows = "".join(f"<url><loc>{base}/{page}.html</loc></url>" for page in pages)
        head = '<?xml version="1.0" encoding="utf-8"?>'
        schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
        sitemap.write_text(f'{head}<urlset xmlns="{schema}">{rows}</urlset>\n', encoding="utf8")
        robots += f"Sitemap: {base}/sitemap.xml\n"
    else:
        sitemap.unlink(missing_ok=True)
    (site / "robots.txt").write_text(robots, encoding="utf8")


def configure(app: Sphinx, config: Any) -> None:
    """Links of the 404 page start at the site's root, wherever that is."""
    del app
    config.notfound_urls_prefix = urlsplit(str(config.html_baseurl or "")).path.rstrip("/") + "/"
    prefix = config.notfound_urls_prefix
    said = NOT_FOUND.replace("@index", f"{prefix}index.html")
    said = said.replace("@gallery", f"{prefix}chapters/gallery.html")
    config.notfound_context = {"title": "Page not found", "body": said}
    # Jupyter Book's default is its own repository.
    if "executablebooks" in str(config.html_theme_options.get("repository_url")):
        config.html_theme_options["repository_url"] = ""


def forget_old_sources(app: Sphinx) -> None:
    """Pages of source code are made anew for a new shell; Sphinx would only look at the source."""
    newest = max(file.stat().st_mtime for file in fingerprint.files(Path(__file__).parent))
    for page in (Path(app.outdir) / "_modules").rglob("*.html"):
        if page.stat().st_mtime < newest:
            page.unlink()


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", forget_old_sources)
    app.setup_extension("notfound.extension")
    app.add_css_file("ffn/theme.css")
    app.add_js_file("ffn/formulas.js", loading_method="defer", priority=400)  # before MathJax
    app.connect("config-inited", configure)
    app.connect("html-page-context", equip, priority=300)  # the theme drops what is empty at 500
    app.connect("html-page-context", tidy, priority=950)
    app.connect("build-finished", publish)

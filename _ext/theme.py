"""Fixes for the stock theme; each says what it fixes.

Two more live in ``templates/``: the search button's accessible name, and the icon script.
"""

import base64
import io
import re
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
# The theme leaves the colour mode empty on a first visit, logs that as an error, and shows light
# colours until its script runs. Said here and not as ``default_mode``, which would leave a page
# without scripts with no colours at all.
MODE = """
{ const page = document.documentElement.dataset;
  page.mode ||= "auto";
  page.theme ||= matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  let seen; // paper is white
  addEventListener("beforeprint", () => { seen = page.theme; page.theme = "light"; });
  addEventListener("afterprint", () => { page.theme = seen; }); }
"""
FIXES = (
    # MyST-NB names a hidden cell's summary with other words than it shows.
    (' aria-label="Toggle hidden content"', ""),
    # docutils: a list whose entries have a role that is no list item's (and is deprecated).
    ('<div role="list" class="citation-list">', '<div class="citation-list">'),
    (' role="doc-biblioentry"', ""),
)
FOLD = re.compile(r'<p class="((?:collapsed|expanded) admonition-title)">([^<]*)</p>')
# class -> (font file of the theme, family, weight)
FONTS = {
    "solid": ("fa-solid-900.ttf", "Font Awesome 6 Free", 900),
    "regular": ("fa-regular-400.ttf", "Font Awesome 6 Free", 400),
    "brands": ("fa-brands-400.ttf", "Font Awesome 6 Brands", 400),
}
STYLE_OF_CLASS = {
    "fas": "solid",
    "fa-solid": "solid",
    "far": "regular",
    "fa-regular": "regular",
    "fab": "brands",
    "fa-brands": "brands",
}
SET_BY_SCRIPTS = "fa-solid fa-xmark"  # the theme's own JavaScript adds this one


def remove_thebe(app: Sphinx) -> None:
    """Live code cells through Thebe and Binder need another host, and its script fails twice."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if getattr(listener.handler, "__module__", "") == "sphinx_thebe":
                listeners.remove(listener)
    app.registry.css_files = [
        (name, attributes)
        for name, attributes in app.registry.css_files
        if name != "sphinx-thebe.css"
    ]


def remove_widget_state(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """MyST-NB embeds the state of every widget in the page; the explorers bring their own."""
    del app, page, template, doctree
    context["script_files"][:] = [
        script
        for script in context["script_files"]
        if getattr(script, "attributes", {}).get("type") != WIDGET_STATE
    ]


def fix_body(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Make what a screen reader is told agree with what is seen."""
    del app, page, template, doctree
    for stock, fixed in FIXES:
        if stock in context.get("body", ""):
            context["body"] = context["body"].replace(stock, fixed)
    if "body" in context:  # no paragraph may stand in a summary
        context["body"] = FOLD.sub(r'<span class="\1">\2</span>', context["body"])


def write_icons(app: Sphinx, exception: Exception | None) -> None:
    """Put the icons that the site uses, a few kilobytes, in place of the theme's whole set.

    The theme's style sheet knows each icon's character; a font with just these characters,
    declared after the theme's own, is all that the browser then loads.
    """
    if exception is not None or app.builder.format != "html":
        return
    site, static = Path(app.outdir), Path(app.outdir) / "_static"
    target = static / "ffn" / "icons.css"
    newest = max(page.stat().st_mtime for page in site.rglob("*.html"))
    if target.is_file() and target.stat().st_mtime > newest:
        return
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf8")
    characters = _characters_used(site, css)
    rules = [_font_rule(static, style, used) for style, used in characters.items() if used]
    target.write_text("\n".join(rules) + "\n", encoding="utf8")


def _characters_used(site: Path, css: str) -> dict[str, set[int]]:
    code_of = {}
    for rule in css.split("}"):
        if found := re.search(r'\{content:"\\([0-9a-f]+)"$', rule):
            for name in re.findall(r"\.(fa-[a-z0-9-]+):before", rule):
                code_of[name] = int(found[1], 16)
    used: dict[str, set[int]] = {style: set() for style in FONTS}
    # The theme's admonitions and links take their characters from variables.
    for value in re.findall(r'--pst-icon-[a-z-]+:"([^"]+)"', css):
        character = int(value[1:], 16) if value.startswith("\\") else ord(value)
        used["solid"].add(character)
    seen = {SET_BY_SCRIPTS}
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf8")
        seen.update(re.findall(r'class="([^"]*\bfa[a-z-]*\s[^"]*)"', text))
    for classes in seen:
        names = classes.split()
        for style in {STYLE_OF_CLASS[n] for n in names if n in STYLE_OF_CLASS}:
            used[style].update(code_of[n] for n in names if n in code_of)
    return used


def _font_rule(static: Path, style: str, characters: set[int]) -> str:
    file, family, weight = FONTS[style]
    font = TTFont(static / "vendor" / "fontawesome" / "webfonts" / file, recalcTimestamp=False)
    options = subset.Options(layout_features=[], notdef_outline=False, name_IDs=[])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-style:normal;font-weight:{weight};'
        f'font-display:block;src:url(data:font/woff;base64,{data}) format("woff")}}'
    )


def setup(app: Sphinx) -> None:
    remove_thebe(app)
    app.add_js_file(None, body=MODE, priority=1)
    app.add_css_file("ffn/icons.css", priority=900)
    app.connect("html-page-context", remove_widget_state, priority=900)
    app.connect("html-page-context", fix_body)
    app.connect("build-finished", write_icons)

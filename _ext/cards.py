"""The picture that is shown with a link to a page: a chapter's title beside its first explorer.

It is drawn only where the site's address is known, since such a picture needs a whole one.
"""

import hashlib
import re
from html import escape
from pathlib import Path
from textwrap import wrap

import matplotlib as mpl
import resvg_py
from sphinx.application import Sphinx

from . import assets, fingerprint, gallery

WIDTH, HEIGHT = 1200, 630
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
FAMILY = "DejaVu Sans"
STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
INK = """<style>
.ffn-grid { fill: none; stroke: #c9c9c9; opacity: 0.5 }
.ffn-zero { fill: none; stroke: #555; opacity: 0.8 }
.ffn-halo, .ffn-grip { stroke: #fff }
.ffn-node { fill: #fff }
</style>"""


def drawing(title: str, book: str, picture: str) -> str:
    """Return a card as SVG; ``picture`` is an explorer's, and may be empty."""
    name, _, rest = title.partition(": ")
    lines = [(line, 54, "bold") for line in wrap(name, 15)]
    lines += [(line, 30, "normal") for line in wrap(rest, 28)]
    words, y = "", 120.0
    for line, size, weight in lines:
        y += size * 1.25
        words += (
            f'<text x="60" y="{y}" font-size="{size}" font-weight="{weight}">{escape(line)}</text>'
        )
    inside = STYLE.sub("", picture).replace(
        "<svg ", '<svg x="600" y="90" width="560" height="400" ', 1
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FAMILY}" fill="#222" color="#222">{INK}'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<rect width="16" height="100%" fill="#0072B2"/>{words}{inside}'
        f'<text x="60" y="{HEIGHT - 50}" font-size="26" fill="#555">{escape(book)}</text></svg>'
    )


def png(title: str, book: str, picture: str) -> bytes:
    """Return a card as PNG."""
    drawn = drawing(title, book, picture)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn, font_dirs=[str(FONTS)], skip_system_fonts=True, font_family=FAMILY
        )
    )


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Put the cards of the book and its chapters into the site."""
    if exception is not None or app.builder.format != "html" or not app.config.html_baseurl:
        return
    root, target = Path(app.srcdir), Path(app.outdir) / "_static" / "cards"
    kept = Path(app.outdir).parent / "cards" / fingerprint.execution(root)
    kept.mkdir(parents=True, exist_ok=True)
    folder, book = gallery.drawn(app), str(app.config.html_title or app.config.project)
    every = gallery.everything()
    for page in (None, *gallery.chapters(root).values()):
        title = gallery.title(page) if page else book
        here = [s for s in every if not page or gallery.home(root, s)[0] == page]
        file = kept / f"{hashlib.sha256(title.encode()).hexdigest()[:16]}.png"
        if not file.is_file():
            picture = (folder / f"{here[0].name}.svg").read_text("utf8") if here else ""
            file.write_bytes(png(title, book, picture))
        assets.place(file, target / f"{page.stem if page else 'book'}.png")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", serve)

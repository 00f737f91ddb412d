"""The content security policy of every page: this site's scripts alone, inline ones by their hash.

It stands in the page, since most hosts of static files send no headers of ours, and once more in
``_headers`` for those that do. Styles are free: Python's pictures and MathJax set them inline.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx

from tools import pyodide

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL)
DATA = re.compile(r'type="application/(?:ld\+)?json"')
META = re.compile(r'\n?<meta http-equiv="Content-Security-Policy"[^>]*>')
PLACE = re.compile(r"<meta charset=[^>]*>")
HEADERS = """\
/*
  Content-Security-Policy: {policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: strict-origin-when-cross-origin
/_static/pyodide/*
  Cache-Control: public, max-age=31536000
"""


def hashes(html: str) -> set[str]:
    """Return the sources that allow a page's inline scripts."""
    inline = (
        text
        for attributes, text in SCRIPT.findall(html)
        if " src=" not in attributes and not DATA.search(attributes)
    )
    digests = (hashlib.sha256(text.encode()).digest() for text in inline)
    return {f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests}


def policy(inline: Iterable[str], carries_python: bool) -> str:
    """Return the policy of a page that has these inline scripts.

    Parameters
    ----------
    inline : iterable of str
        What `hashes` returned.
    carries_python : bool
        Whether the site brings its own Pyodide; else the pages take it from its CDN.
    """
    parts = urlsplit(pyodide.CDN)
    python = [] if carries_python else [f"{parts.scheme}://{parts.netloc}"]
    allowed = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'wasm-unsafe-eval'", *python, *sorted(inline)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'", *python],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in allowed.items())


def with_policy(html: str, carries_python: bool) -> str:
    """Return a page with its policy, in place of one that it may have."""
    bare = META.sub("", html)
    said = policy(hashes(bare), carries_python)
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{said}">'
    return PLACE.sub(lambda found: found[0] + meta, bare, count=1)


def protect(app: Sphinx, exception: Exception | None) -> None:
    """Add its policy to every page, and write the whole site's for hosts that read it."""
    if exception is not None or app.builder.format != "html":
        return
    site, carries_python = Path(app.outdir), bool(app.config.ffn_pyodide)
    every: set[str] = set()
    for page in site.rglob("*.html"):
        html = page.read_text(encoding="utf8")
        every |= hashes(html)
        if (protected := with_policy(html, carries_python)) != html:
            page.write_text(protected, encoding="utf8")
    said = HEADERS.format(policy=policy(every, carries_python))
    (site / "_headers").write_text(said, encoding="utf8")


def setup(app: Sphinx) -> None:
    app.connect("build-finished", protect, priority=950)

"""The role ``{explore}`text <stem.name?param=value>```: a link that sets an explorer of the page.

The link is a permalink, ``#<figure>?<parameters>``; what it names is checked while the book builds.
"""

import json
import re
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole

from ffnlib.figures import Explorer, find
from tools import where

logger = logging.getLogger(__name__)
LINK = re.compile(r'<a class="ffn-explore" data-explorer="([^"]+)"')
WHOLE = re.compile(
    r'<figure class="ffn-explorer"[^>]* data-explorer="([^"]+)".*?</figure>', re.DOTALL
)
FIGURE = re.compile(r'<figure class="ffn-explorer"[^>]* data-explorer="([^"]+)"')


def parse(target: str) -> tuple[Explorer, dict[str, Any]]:
    """The explorer and the parameters that a permalink names.

    Raises
    ------
    ValueError
        If there is no such explorer or parameter, or a value is not allowed.
    """
    name, _, query = target.partition("?")
    shown = find(name)
    params: dict[str, Any] = {}
    for key, value in parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)):
        try:
            params[key] = json.loads(value)
        except json.JSONDecodeError:
            params[key] = value
    _, notes = shown.clean(params)
    if notes:
        raise ValueError(" ".join(notes))
    return shown, params


def fragment(shown: Explorer, params: dict[str, Any]) -> str:
    """The permalink: words as they are, everything else as JSON."""
    written = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
    return f"#{shown.key}?{urlencode(written, quote_via=quote)}"


class Explore(ReferenceRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        try:
            shown, params = parse(self.target)
        except ValueError as problem:
            message = self.inliner.reporter.error(
                f"explore role {self.target!r}: {problem}", line=self.lineno
            )
            return [nodes.problematic(self.rawtext, self.rawtext)], [message]
        link = (
            f'<a class="ffn-explore" data-explorer="{shown.name}"'
            f' data-params="{escape(json.dumps(params))}"'
            f' href="{escape(fragment(shown, params))}">{escape(self.title)}</a>'
        )
        return [nodes.raw("", link, format="html")], []


def check_targets(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """A link sets a figure of its own page: warn where that is missing."""
    del app, template, doctree
    body = context.get("body", "")
    for name in sorted(set(LINK.findall(body)) - set(FIGURE.findall(body))):
        logger.warning("a link sets the explorer %s, which this page lacks", name, location=page)


def sources(shown: Explorer, to: Callable[[str], str]) -> str:
    """Return a line of links: to the code that draws an explorer, and to what it calls.

    Parameters
    ----------
    shown : Explorer
    to : callable
        Returns the address, from the page, of a file of the site.
    """
    module = shown.function.__module__
    drawn = to(f"_modules/{module.replace('.', '/')}.html")
    links = [f'<a href="{drawn}#{shown.function.__name__}">figure</a>']
    for full, _ in where.called(shown):
        package, _, name = full.rpartition(".")
        if package.count(".") == 1:  # the mathematics: ffnlib.nn, and no file inside a package
            page = to(f"chapters/api/{package.partition('.')[2]}.html")
            links.append(f'<a href="{page}#{full}"><code>{name}</code></a>')
    return f'<p class="ffn-source">Source: {", ".join(links)}</p>'


def show_sources(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Under each explorer stand small links to its code."""
    del app, page, template, doctree

    def to(file: str) -> str:
        return str(context["pathto"](file, 1))

    def with_sources(found: re.Match[str]) -> str:
        return f"{found[0]}{sources(find(found[1]), to)}"

    if body := context.get("body"):
        context["body"] = WHOLE.sub(with_sources, body)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", show_sources)
    app.add_role("explore", Explore())
    app.connect("html-page-context", check_targets)

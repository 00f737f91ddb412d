"""What all pages of ffngrade share: templates that escape, one style sheet, and a strict policy.

A page needs nothing but itself. Its Content-Security-Policy lets nothing run and nothing be
fetched; the one style sheet in it is named by its hash.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

TEMPLATES = files("ffngrade") / "templates"


class Pages:
    """Pages of one look.

    Parameters
    ----------
    style : str
        The name of the style sheet among the templates, without ``.css``.
    filters : mapping of str to callable
        The filters of the templates, besides Jinja's own.
    allowed : str
        What the policy allows besides the style sheet, such as ``"img-src data:"``.
    shared : str
        The name of a template of macros that all others use.
    """

    def __init__(
        self,
        style: str,
        filters: Mapping[str, Callable[..., Any]],
        allowed: str = "",
        shared: str = "",
    ) -> None:
        self.style = style
        self.filters = dict(filters)
        self.allowed = allowed
        self.shared = shared
        self._template = lru_cache(self._read)

    def render(self, template: str, **known: Any) -> str:
        """Return a page.

        Parameters
        ----------
        template : str
            Its name, without ``.html.j2``.
        **known
            What the template uses; ``style`` and ``policy`` are there already.
        """
        return self._template(template).render(
            style=Markup(self._sheet), policy=self.policy, **known
        )

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy of every page."""
        digest = base64.b64encode(hashlib.sha256(self._sheet.encode()).digest()).decode()
        parts = ("default-src 'none'", self.allowed, "base-uri 'none'", "form-action 'none'")
        return "; ".join(filter(None, (*parts, f"style-src 'sha256-{digest}'")))

    @cached_property
    def _sheet(self) -> str:
        return _text(f"{self.style}.css")

    def _read(self, name: str) -> Template:
        environment = Environment(
            autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters |= self.filters
        shared = _text(f"{self.shared}.html.j2") if self.shared else ""
        return environment.from_string(shared + _text(f"{name}.html.j2"))


def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")

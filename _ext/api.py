"""The directive ``{api} <module>``: what a module of the library offers, from its docstrings.

Sphinx's autodoc reads the objects and napoleon the NumPy style. What is documented is what the
module names in ``__all__``, or defines without a leading underscore. A name that an earlier module
of the reference has documented is only linked.
"""

import inspect
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from . import fingerprint

LONGEST_VALUE = 60  # characters of a constant that are shown
CLASS = "ffn-api"
FORMULA = '<div class="math notranslate nohighlight"'
HIDDEN = ("__init__", "__new__", "__weakref__")


def public_names(module: ModuleType) -> list[str]:
    """Names that a module offers, in the order of its ``__all__`` or of its source."""
    if declared := getattr(module, "__all__", None):
        return list(declared)
    return [
        name
        for name, found in vars(module).items()
        if not name.startswith("_")
        and getattr(found, "__module__", None) == module.__name__
        and (inspect.isclass(found) or inspect.isfunction(found))
    ]


def home(found: Any, module: ModuleType, name: str) -> str:
    """Full name under which an object is documented once: where it is defined, if that is known."""
    if inspect.isclass(found) or inspect.isfunction(found):
        return f"{found.__module__}.{found.__qualname__}"
    return f"{module.__name__}.{name}"


def entry(module: ModuleType, name: str) -> str:
    """The reStructuredText that documents one name."""
    found, full = getattr(module, name), f"{module.__name__}.{name}"
    if inspect.isclass(found):
        return f".. autoclass:: {full}\n   :members:\n"
    if inspect.isfunction(found):
        return f".. autofunction:: {full}\n"
    kind = type(found).__name__
    if kind in public_names(module):
        return f".. py:data:: {full}\n\n   A ``{kind}``.\n"
    if type(found).__module__.startswith("ffnlib"):  # gelu, cross_entropy: an object with a class
        return f".. autodata:: {full}\n   :no-value:\n"
    if isinstance(found, Mapping | tuple | frozenset) and all(isinstance(k, str) for k in found):
        names = sorted(found) if isinstance(found, frozenset) else found  # a set has no order
        shown = ", ".join(f"``{one}``" for one in names)
    else:
        shown = f"``{found!r}``" if len(repr(found)) <= LONGEST_VALUE else f"{kind}."
    return f".. py:data:: {full}\n\n   {shown}\n"


def known(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Objects documented so far: full name -> page, and the name they stand under."""
    if not hasattr(env, "ffn_documented"):
        env.ffn_documented = {}  # type: ignore[attr-defined]
    documented: dict[str, tuple[str, str]] = env.ffn_documented  # type: ignore[attr-defined]
    return documented


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """A page that is read again documents anew."""
    del app
    for name in [name for name, (where, _) in known(env).items() if where == page]:
        del known(env)[name]


class Api(SphinxDirective):
    """The docstring of a module and those of what it offers."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = f"ffnlib.{self.arguments[0]}"
        try:
            module = import_module(name)
        except ModuleNotFoundError as problem:
            raise self.error(f"api: {problem}") from problem
        for file in fingerprint.files(Path(self.env.srcdir) / "ffnlib"):
            if file.suffix == ".py" and file.parent.name == "ffnlib":
                self.env.note_dependency(str(file))
        documented = known(self.env)
        parts, elsewhere = [f".. automodule:: {name}\n"], []
        for public in public_names(module):
            full, here = home(getattr(module, public), module, public), f"{name}.{public}"
            if documented.setdefault(full, (self.env.docname, here))[1] == here:
                parts.append(entry(module, public))
            else:
                elsewhere.append(f":py:obj:`{public} <{documented[full][1]}>`")
        if elsewhere:
            parts.append(f"Also importable from here: {', '.join(elsewhere)}.\n")
        text = ["```{eval-rst}", *"\n".join(parts).splitlines(), "```"]
        holder = nodes.container(classes=[CLASS])
        self.state.nested_parse(StringList(text, name), 0, holder)
        return [holder]


def skip(app: Sphinx, what: str, name: str, found: Any, skipped: bool, options: Any) -> bool | None:
    """Fields of named tuples say nothing of themselves; their class does."""
    del app, what, options
    if name in HIDDEN or type(found).__name__ == "_tuplegetter":
        return True
    return skipped or None


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """A formula that is wider than a phone is scrolled, so it must be within reach of the keys."""
    del app, page, template, doctree
    if CLASS in context.get("body", ""):
        context["body"] = context["body"].replace(FORMULA, f'{FORMULA} tabindex="0"')


def setup(app: Sphinx) -> None:
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_directive("api", Api)
    app.connect("autodoc-skip-member", skip)
    app.connect("env-purge-doc", forget)
    app.connect("html-page-context", equip)

"""The reference: ``{api} <package>`` for a package, ``{api-explorers}`` for the live figures.

Sphinx's autodoc reads the objects, numpydoc the docstrings, and viewcode links to their source.
What is decided here is only what stands on the page and in which order: the public names of the
package, file by file, each under the name that it is imported by; and every explorer by topic.
"""

import ast
import inspect
import pkgutil
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import GenericAlias, ModuleType
from typing import Any

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ffnlib import explorers

from . import fingerprint, gallery

LONGEST_VALUE = 60  # characters of a constant that are shown
CLASS = "ffn-api"
FORMULA = '<div class="math notranslate nohighlight"'
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", re.MULTILINE | re.DOTALL)
HIDDEN = ("__init__", "__new__", "__weakref__")


def public_names(package: ModuleType) -> dict[str, list[str]]:
    """Return the public names of a package by the file that defines them, in its order.

    A module that is one file offers what it defines.
    """
    if not hasattr(package, "__path__"):
        own = [n for n, one in vars(package).items() if _is_of(one, package) and n[0] != "_"]
        return {package.__name__: own}
    tree = ast.parse(Path(str(package.__file__)).read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(package.__name__):
            found.setdefault(str(node.module), []).extend(name.name for name in node.names)
    return {file: sorted(names, key=_order(file)) for file, names in found.items()}


def _is_of(found: object, module: ModuleType) -> bool:
    """Return whether a function or a class is defined in a module."""
    is_code = inspect.isfunction(found) or inspect.isclass(found)
    return is_code and found.__module__ == module.__name__


def _order(file: str) -> Any:
    """Return a key that sorts names as their file defines them."""
    defined = list(vars(import_module(file)))
    return defined.index


@cache
def imported(page: Path) -> frozenset[str]:
    """Return the full names of what a chapter's cells import from the library."""
    names: set[str] = set()
    for cell in CELL.findall(page.read_text("utf8")):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ffnlib."):
                names |= {f"{node.module}.{one.name}" for one in node.names}
    return frozenset(names)


@cache
def examples() -> dict[str, str]:
    """Return the examples by ``package.name``; they run as doctests in the tests."""
    file = Path(__file__).with_name("examples.yml")
    found: dict[str, str] = yaml.safe_load(file.read_text("utf8"))
    return found


def example(full: str) -> str:
    """Return the example of a name as part of its entry, or nothing."""
    lines = examples().get(full.removeprefix("ffnlib."), "").splitlines()
    return "".join(f"\n   {line}" for line in lines) + "\n" if lines else ""


def users(root: Path, full: str) -> str:
    """Return a line with links to the chapters whose cells import a name, or nothing."""
    pages = [page for page in gallery.chapters(root).values() if full in imported(page)]
    links = [f":doc:`{gallery.number(page)} </chapters/{page.stem}>`" for page in pages]
    if not links:
        return ""
    said = " and ".join(filter(None, (", ".join(links[:-1]), links[-1])))
    return f"\n   *Used in {'chapter' if len(links) == 1 else 'chapters'}* {said}.\n"


def entry(package: ModuleType, name: str, used: str = "") -> str:
    """Return the reStructuredText that documents one name; ``used`` ends it."""
    found, full = getattr(package, name), f"{package.__name__}.{name}"
    data = f".. py:data:: {name}\n   :module: {package.__name__}\n\n"
    if isinstance(found, GenericAlias):  # Interval: a type by another name
        return f"{data}   ``{found}``.\n{used}"
    if inspect.isclass(found):
        return f".. autoclass:: {full}\n   :members:\n{used}"
    if inspect.isfunction(found):
        return f".. autofunction:: {full}\n{used}"
    if type(found).__module__.startswith("ffnlib"):  # gelu, cross_entropy: an object with a class
        return f".. autodata:: {full}\n   :no-value:\n{used}"
    return f"{data}   {_shown(found)}\n{used}"


def _shown(value: object) -> str:
    """Return the text that stands for a constant."""
    if isinstance(value, Mapping | tuple | frozenset) and all(isinstance(k, str) for k in value):
        names = sorted(value) if isinstance(value, frozenset) else value  # a set has no order
        return ", ".join(f"``{one}``" for one in names)
    if isinstance(value, bool | int | float | str) and len(repr(value)) <= LONGEST_VALUE:
        return f"``{value!r}``"
    return f"A value of type ``{type(value).__name__}``."


class Api(SphinxDirective):
    """The docstring of a package and those of what it offers."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = f"ffnlib.{self.arguments[0]}"
        try:
            package = import_module(name)
        except ModuleNotFoundError as problem:
            raise self.error(f"api: {problem}") from problem
        is_package = hasattr(package, "__path__")
        home = Path(str(package.__file__))
        for file in fingerprint.files(home.parent) if is_package else [home]:
            if file.suffix == ".py":
                self.env.note_dependency(str(file))
        root = Path(self.env.srcdir)
        for page in gallery.chapters(root).values():
            self.env.note_dependency(str(page))
        parts = [f".. automodule:: {name}\n"]
        for file, names in public_names(package).items():
            if is_package:  # of one file the title stands there already
                parts.append(f".. rubric:: {self._title(file)}\n")
            full = [f"{name}.{one}" for one in names]
            ends = [f"{example(one)}{users(root, one)}" for one in full]
            parts += [entry(package, *pair) for pair in zip(names, ends, strict=True)]
        holder = nodes.container(classes=[CLASS])
        text = ["```{eval-rst}", *"\n".join(parts).splitlines(), "```"]
        self.state.nested_parse(StringList(text, name), 0, holder)
        return [holder]

    @staticmethod
    def _title(file: str) -> str:
        """Return the first sentence of a file's docstring, in one line."""
        said = inspect.getdoc(import_module(file)) or ""
        return " ".join(said.partition("\n\n")[0].split())


class Explorers(SphinxDirective):
    """Every explorer: its name, its controls, what it shows, and a link to its code."""

    def run(self) -> list[nodes.Node]:
        parts = []
        for topic in pkgutil.iter_modules(explorers.__path__):
            package = import_module(f"{explorers.__name__}.{topic.name}")
            parts.append(f".. rubric:: {inspect.getdoc(package)}\n")
            for name in package.__all__:
                shown = getattr(package, name)
                controls = ", ".join(shown.controls)
                said = (inspect.getdoc(shown.function) or "").partition("\n\n")[0]
                parts.append(
                    f".. py:function:: {name}({controls})\n   :module: {shown.__module__}\n\n"
                    f"   *{shown.title}.* {' '.join(said.split())}\n"
                )
        for file in fingerprint.files(Path(str(explorers.__file__)).parent):
            if file.suffix == ".py":
                self.env.note_dependency(str(file))
        holder = nodes.container(classes=[CLASS])
        text = ["```{eval-rst}", *"\n".join(parts).splitlines(), "```"]
        self.state.nested_parse(StringList(text, "explorers"), 0, holder)
        return [holder]


def skip(app: Sphinx, what: str, name: str, found: Any, skipped: bool, options: Any) -> bool | None:
    """Fields of named tuples say nothing of themselves; their class does."""
    del app, what, options
    if name in HIDDEN or type(found).__name__ == "_tuplegetter":
        return True
    return skipped or None


def defining_file(app: Sphinx, module: str | None, name: str) -> str | None:
    """Return the file whose source viewcode shows for a public name: not that of a value's type."""
    del app
    if module is None or not hasattr(import_module(module), "__path__"):
        return None
    first = name.partition(".")[0]
    files = public_names(import_module(module)).items()
    return next((file for file, names in files if first in names), None)


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """A formula that is wider than a phone is scrolled, so it must be within reach of the keys."""
    del app, page, template, doctree
    if CLASS in context.get("body", ""):
        context["body"] = context["body"].replace(FORMULA, f'{FORMULA} tabindex="0"')


def setup(app: Sphinx) -> None:
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.viewcode")
    app.setup_extension("numpydoc")
    app.add_directive("api", Api)
    app.add_directive("api-explorers", Explorers)
    app.connect("autodoc-skip-member", skip)
    app.connect("viewcode-follow-imported", defining_file)
    app.connect("html-page-context", equip)

"""Completion of names, and what a name means, from the live namespace."""

import builtins
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Mapping
from rlcompleter import Completer
from typing import Any, Final

MOST: Final = 200
"""Names that are offered at once."""
LONGEST: Final = 6000
DOTTED: Final = re.compile(r"(?:[^\W\d]\w*\.)*(?:[^\W\d]\w*)?$")
FROM: Final = re.compile(r"^\s*from\s+([\w.]+)\s+import\s+(?:\(?\s*(?:\w+\s*,\s*)*)(\w*)$")
WORD: Final = re.compile(r"\w+")
MODULE: Final = re.compile(r"^\s*(?:from|import)\s+([\w.]*)$")


def complete(code: str, cursor: int, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that can stand where the cursor is.

    Parameters
    ----------
    code : str
    cursor : int
        How many characters stand before it.
    names : mapping
        The namespace.

    Returns
    -------
    dict
        ``names``, sorted, those that begin with an underscore last; ``start``, from where on they
        replace what stands before the cursor.
    """
    before = code[:cursor]
    line = before.rpartition("\n")[2]
    if found := FROM.match(line):
        written, offered = found[2], _members(found[1])
    elif found := MODULE.match(line):
        package, _, written = found[1].rpartition(".")
        offered = _modules(package)
    else:
        chain = _dotted(before)
        whole, _, written = chain.rpartition(".")
        finder = Completer(dict(names))
        matches = finder.attr_matches(chain) if whole else finder.global_matches(chain)
        offered = [WORD.findall(match.removeprefix(f"{whole}."))[0] for match in matches]
    fitting = {name for name in offered if name.startswith(written)}
    if not written:
        fitting = {name for name in fitting if not name.startswith("_")}
    ordered = sorted(fitting, key=lambda name: (name.startswith("_"), name.lower(), name))
    return {"names": ordered[:MOST], "start": cursor - len(written)}


def _dotted(text: str) -> str:
    found = DOTTED.search(text)
    return found[0] if found else ""


def _members(module: str) -> Iterable[str]:
    try:
        package = importlib.import_module(module)
    except ImportError:
        return []
    return [*dir(package), *_modules(module)]


def _modules(package: str) -> list[str]:
    path = None
    if package:
        try:
            path = importlib.import_module(package).__path__
        except (ImportError, AttributeError):
            return []
    return [module.name for module in pkgutil.iter_modules(path)]


def describe(code: str, cursor: int, names: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what the name at the cursor is, or the function whose brackets it stands in.

    Returns
    -------
    dict or None
        ``name``, ``signature`` and ``doc``; None where nothing is known.
    """
    for name in _at(code, cursor):
        missing = object()
        value = _look_up(name, names, missing)
        if value is not missing:
            return {"name": name, "signature": _signature(value), "doc": _doc(value)}
    return None


def _at(code: str, cursor: int) -> list[str]:
    """The dotted name at the cursor, then those of the calls around it, innermost first."""
    rest = re.match(r"\w*", code[cursor:])
    found = [_dotted(code[:cursor] + (rest[0] if rest else ""))]
    depth = 0
    for place in range(cursor - 1, -1, -1):
        if code[place] in ")]}":
            depth += 1
        elif code[place] in "([{":
            depth -= 1
            if depth < 0 and code[place] == "(":
                found.append(_dotted(code[:place].rstrip()))
            depth = max(depth, 0)
    return [name for name in found if name and not name.endswith(".")]


def _look_up(name: str, names: Mapping[str, Any], missing: object) -> object:
    first, *rest = name.split(".")
    value = names.get(first, getattr(builtins, first, missing))
    for part in rest:
        try:
            value = getattr(value, part)
        except Exception:  # a property may raise what it likes
            return missing
    return value


def _signature(value: object) -> str:
    if not callable(value):
        return f"{type(value).__name__}: {_start_of(repr(value))}"
    try:
        return str(inspect.signature(value))
    except (TypeError, ValueError):
        return "(…)"


def _start_of(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]} …"


def _doc(value: object) -> str:
    doc = inspect.getdoc(value) or ""
    return doc if len(doc) <= LONGEST else f"{doc[:LONGEST]} …"

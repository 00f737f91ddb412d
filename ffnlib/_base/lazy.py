"""Packages whose files are read when a name of theirs is first used."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def attach(
    package: str, homes: Mapping[str, Sequence[str]]
) -> tuple[list[str], Callable[[], list[str]], Callable[[str], Any]]:
    """Return ``__all__``, ``__dir__`` and ``__getattr__`` of a package that loads lazily (PEP 562).

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        For each file of the package, without ``.py``, the public names that it defines.
    """
    home_of = {name: home for home, names in homes.items() for name in names}
    public = sorted(home_of)

    def names() -> list[str]:
        return public

    def find(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = import_module(f"{package}.{home_of[name]}")
        value = getattr(home, name)
        setattr(import_module(package), name, value)
        return value

    return public, names, find

"""`begin`: name the assignment, and disable the rest of ffnlib in its notebook.

What an assignment asks for is often in ffnlib too. In a graded notebook nothing of ffnlib but its
checks can be imported, and the sentence that says so is the same in the student's Jupyter and in
the grading kernel. In the kernel there is nothing else to import; in the student's own Jupyter this
is a courtesy, not a wall.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType

from ffnlib.checks.manifest import WRITTEN
from ffnlib.errors import ModuleDisabledError


class Missing:
    """Stands for a function that the notebook has not defined yet."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *_arguments: object, **_named: object) -> object:
        """Say that the function is missing."""
        raise NameError(f"{self.name} is not defined: run the cell in which you write it first")

    def __repr__(self) -> str:
        return f"<{self.name}: not written yet>"


class Disabled(MetaPathFinder):
    """Finds no module of ffnlib but those that are kept, and says so.

    Parameters
    ----------
    *kept : str
        Packages of ffnlib that it leaves to the other finders.
    """

    def __init__(self, *kept: str) -> None:
        self.kept = kept
        self.removed: dict[str, ModuleType] = {}

    def concerns(self, module: str) -> bool:
        """Return whether a module is disabled."""
        return module.startswith("ffnlib.") and not f"{module}.".startswith(
            tuple(f"{name}." for name in self.kept)
        )

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> None:
        """Refuse a module with a sentence, or leave it to the other finders."""
        if self.concerns(fullname):
            raise ModuleDisabledError(fullname)

    def remove(self) -> None:
        """Forget the modules that were imported before."""
        for name in [name for name in sys.modules if self.concerns(name)]:
            self.removed[name] = module = sys.modules.pop(name)
            package, _, attribute = name.rpartition(".")
            if package in sys.modules and vars(sys.modules[package]).get(attribute) is module:
                delattr(sys.modules[package], attribute)

    def put_back(self) -> None:
        """Undo `remove`."""
        sys.modules.update(self.removed)
        for name, module in self.removed.items():
            package, _, attribute = name.rpartition(".")
            # an explorer's file and the explorer have one name: the package keeps the explorer
            vars(sys.modules[package]).setdefault(attribute, module)


def disable() -> None:
    """Disable every module of ffnlib but its checks, from now on and once only."""
    if not any(isinstance(finder, Disabled) for finder in sys.meta_path):
        # what runs the cells of a web page goes on running them: it has no answers
        finder = Disabled("ffnlib.checks", "ffnlib.errors", "ffnlib._page")
        sys.meta_path.insert(0, finder)
        finder.remove()


def restore() -> None:
    """Undo `disable`: for tests, and for a session that has done with an assignment."""
    for finder in [one for one in sys.meta_path if isinstance(one, Disabled)]:
        sys.meta_path.remove(finder)
        finder.put_back()


@contextmanager
def lifted() -> Iterator[None]:
    """Undo `disable` for a moment: for what shows the outputs of a notebook's cells."""
    finders = [one for one in sys.meta_path if isinstance(one, Disabled)]
    restore()
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.insert(0, finder)
            finder.remove()


def begin(assignment: str) -> None:
    """Name the assignment of a graded notebook; call it in the first cell.

    Nothing of ffnlib but ``ffnlib.checks`` can be imported afterwards, and a function that is not
    written yet says so by name when it is checked.

    Parameters
    ----------
    assignment : str
        The name of the chapter it belongs to, such as ``"neurons"``: a key of ``WRITTEN``.

    Raises
    ------
    ValueError
        If there is no such assignment.
    """
    if assignment not in WRITTEN:
        raise ValueError(f"assignment must be one of {', '.join(WRITTEN)}, got {assignment!r}")
    disable()
    notebook = sys._getframe(1).f_globals
    for name in WRITTEN[assignment]:
        notebook.setdefault(name, Missing(name))

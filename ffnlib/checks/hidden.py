"""The hidden cases of a course, which only its instructors have.

A folder holds ``<assignment>.py`` for each assignment. Such a module has a dictionary ``CASES``
from problem to a function of a random generator that returns the list of cases.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from numpy.random import Generator, default_rng

from ffnlib.checks.problem import Case
from ffnlib.errors import HiddenCasesError

Maker = Callable[[Generator], Iterable[tuple[dict[str, object], object]]]


class HiddenCases(NamedTuple):
    """The folder of a course's hidden cases, and the seed that draws them.

    Attributes
    ----------
    folder : str or path
        The folder of the files ``<assignment>.py``.
    seed : str
        Any text; every class has its own.
    """

    folder: str | PathLike[str]
    seed: str = ""

    def of(self, assignment: str, problem: str) -> list[Case]:
        """Return the hidden cases of a problem.

        Raises
        ------
        HiddenCasesError
            If the folder has none for it.
        """
        makers = _makers(Path(self.folder) / f"{assignment}.py")
        if problem not in makers:
            raise HiddenCasesError(f"{assignment}.py in {self.folder} has no cases for {problem}")
        rng = seeded(self.seed, assignment, problem)
        return [Case(inputs, expected) for inputs, expected in makers[problem](rng)]


def seeded(seed: str, assignment: str, problem: str) -> Generator:
    """Return the generator of one problem's cases.

    Any text is a seed, and no two problems share a stream.
    """
    digest = sha256(f"{seed}/{assignment}/{problem}".encode()).digest()
    return default_rng(list(digest))


def _makers(path: Path) -> dict[str, Maker]:
    spec = spec_from_file_location(f"_cases_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise HiddenCasesError(f"the folder of hidden cases, {path.parent}, has no {path.name}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    makers: dict[str, Maker] = module.CASES
    return makers

"""The hidden cases: found while nbgrader grades, absent everywhere else.

``FFN_CASES`` names the folder that holds ``<assignment>.py``, ``FFN_SEED`` the instructor's seed.
Such a module has a dictionary ``CASES`` from problem to a function of a random generator that
gives the list of cases.
"""

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from numpy.random import Generator, default_rng

from ffnlib.checks.problem import Case
from ffnlib.errors import HiddenCasesError

Maker = Callable[[Generator], Iterable[tuple[dict[str, object], object]]]


def _makers(path: Path) -> dict[str, Maker]:
    spec = spec_from_file_location(f"_cases_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise HiddenCasesError(f"FFN_CASES names {path.parent}, which has no {path.name}")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    makers: dict[str, Maker] = module.CASES
    return makers


def seeded(seed: str, assignment: str, problem: str) -> Generator:
    """Generator of one problem's cases: any text is a seed, and no two problems share a stream."""
    digest = sha256(f"{seed}/{assignment}/{problem}".encode()).digest()
    return default_rng(list(digest))


def hidden_cases(assignment: str, problem: str) -> list[Case]:
    """Hidden cases of a problem; none unless ``FFN_CASES`` is set."""
    folder = os.environ.get("FFN_CASES")
    if not folder:
        return []
    makers = _makers(Path(folder) / f"{assignment}.py")
    if problem not in makers:
        raise HiddenCasesError(f"{assignment}.py in {folder} has no cases for {problem}")
    rng = seeded(os.environ.get("FFN_SEED", ""), assignment, problem)
    return [Case(inputs, expected) for inputs, expected in makers[problem](rng)]

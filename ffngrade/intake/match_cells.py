"""Which cell of a submission is which cell of the release, even where nbgrader's metadata is lost.

By ``grade_id`` first, then by the cell's own id, by its text, by the names it defines or tests, and
at last by its place between neighbours that are known.
"""

import ast
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ffngrade.intake.notebook_reader import Found
from ffngrade.intake.release import Part

DEFINED = re.compile(r"^(?:async\s+)?def\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)
LONGEST = 50_000
"""Characters of a cell that is read as a program: ours are shorter."""
TESTED = re.compile(r"\bverify\(\s*['\"](\w+)['\"]")


class Matched(NamedTuple):
    """The cells of a submission that stand for the parts of a release."""

    cell_of: dict[int, int]
    """Index of the cell, by index of the part."""
    by_name: set[int]
    """Parts that were known by their ``grade_id``."""
    copies: dict[int, list[int]]
    """Other cells with a part's ``grade_id``."""
    defines: set[str]
    """Names that any cell defines."""


def match(cells: Sequence[Found], parts: Sequence[Part]) -> Matched:
    """Find the cell of each part that is there."""
    seen = [_see(cell) for cell in cells]
    defines = set[str]().union(*(cell.defines for cell in seen))
    found = Matched({}, set(), {}, defines)
    taken: set[int] = set()
    named: dict[str, list[int]] = {}
    for j, cell in enumerate(seen):
        named.setdefault(cell.name, []).append(j)
    for i, part in enumerate(parts):
        same = named.get(part.name, []) if part.name else []
        if same:
            chosen = _best(seen, same, part)
            found.cell_of[i] = chosen
            found.by_name.add(i)
            found.copies[i] = [j for j in same if j != chosen]
            taken.update(same)
    for rule in (_same_id, _same_text, _same_names, _same_place):
        for i, part in enumerate(parts):
            if i in found.cell_of:
                continue
            free = [j for j, cell in enumerate(seen) if j not in taken and not cell.name]
            lost = rule(part, seen, _between(i, found.cell_of, len(cells)), free)
            if lost is not None:
                found.cell_of[i] = lost
                taken.add(lost)
    return found


class _Seen(NamedTuple):
    """What the rules look at in a cell."""

    kind: str
    id: str
    name: str
    text: list[str]
    defines: set[str]
    tests: set[str]


def _see(cell: Found) -> _Seen:
    is_code = cell.kind == "code"
    defines = defined(cell.source) if is_code else set[str]()
    tests = set(TESTED.findall(cell.source)) if is_code else set[str]()
    return _Seen(cell.kind, cell.id, name_of(cell), _lines(cell.source), defines, tests)


def name_of(cell: Found) -> str:
    """The ``grade_id`` that a cell says it has."""
    name = cell.known.get("grade_id", "")
    return name if isinstance(name, str) else ""


def same_text(a: str, b: str) -> bool:
    """Return whether two texts differ in white space at the ends of lines at most."""
    return a == b or _lines(a) == _lines(b)


def same_code(a: str, b: str) -> bool:
    """Return whether two texts are the same program: comments and layout may differ."""
    return same_text(a, b) or (_tree(a) == _tree(b) != "")


def only_added(given: str, got: str) -> bool:
    """Return whether all statements of ``given`` are in ``got``, in order."""
    there = iter(_statements(got))
    wanted = _statements(given)
    return bool(wanted) and all(statement in there for statement in wanted)


def defined(source: str) -> set[str]:
    """Return the names that a cell defines at its left margin."""
    return {one or other for one, other in DEFINED.findall(source)}


Rule = Callable[[Part, Sequence[_Seen], range, Sequence[int]], int | None]


def _best(cells: Sequence[_Seen], same: list[int], part: Part) -> int:
    """Of several copies the last that fits: an answer with something in it, an unchanged test."""
    given = _lines(part.given)
    fits = [j for j in same if (cells[j].text == given) != part.is_answer]
    right_kind = [j for j in fits if cells[j].kind == part.kind]
    return (right_kind or fits or same)[-1]


def _same_id(
    part: Part, cells: Sequence[_Seen], _between: range, free: Sequence[int]
) -> int | None:
    same = [j for j in free if part.id and cells[j].id == part.id and cells[j].kind == part.kind]
    return same[0] if same else None


def _same_text(
    part: Part, cells: Sequence[_Seen], between: range, free: Sequence[int]
) -> int | None:
    given = _lines(part.given)
    return _last([j for j in free if cells[j].text == given], between) if given else None


def _same_names(
    part: Part, cells: Sequence[_Seen], between: range, free: Sequence[int]
) -> int | None:
    """A test by what it tests, an answer by what it defines."""
    if part.kind != "code" or not part.name:
        return None
    if part.is_test:
        tests = set(TESTED.findall(part.given))
        return _last([j for j in free if tests & cells[j].tests], between)
    names = defined(part.given)
    return _last([j for j in free if names & cells[j].defines], between)


def _last(same: list[int], between: range) -> int | None:
    """The last of some cells, of those where it should be if there are any."""
    inside = [j for j in same if j in between]
    return next(reversed(inside or same), None)


def _same_place(
    part: Part, cells: Sequence[_Seen], between: range, free: Sequence[int]
) -> int | None:
    """An answer in words: the only cell of its kind where it should be."""
    if part.kind != "markdown" or not part.is_answer:
        return None
    inside = [j for j in free if j in between and cells[j].kind == "markdown"]
    return inside[0] if len(inside) == 1 else None


def _between(i: int, cell_of: dict[int, int], size: int) -> range:
    """Return where a part's cell would be: between the cells of its neighbours."""
    before = [cell_of[k] for k in range(i) if k in cell_of]
    after = [j for k, j in cell_of.items() if k > i]
    return range(before[-1] + 1 if before else 0, min(after, default=size))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def _tree(text: str) -> str:
    return "\n".join(_statements(text))


def _statements(text: str) -> list[str]:
    if len(text) > LONGEST:
        return []
    try:
        return [ast.dump(statement) for statement in ast.parse(text).body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []

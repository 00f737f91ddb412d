"""Answers that are more alike than a class's usual: a question to ask, and no accusation.

Of each answer the syntax tree is written down without the names that its author chose, cut into
overlapping pieces, and some of these are kept by winnowing (Schleimer, Wilkerson and Aiken, SIGMOD
2003), so that a copied passage leaves the same pieces in both answers wherever it stands. What the
release or a model answer holds, or what many of the class wrote, says nothing and does not count.
"""

import ast
import hashlib
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ffngrade.core.course import Course
from ffngrade.intake.release import cells_of, titles
from ffngrade.reports.class_report import PAGES
from ffngrade.reports.item_statistics import answers_of
from ffnlib._base.files import write_whole

GRAM = 8
"""Nodes of the tree in a piece."""
WINDOW = 4
"""Of so many neighbouring pieces at least one is kept."""
RARE = 0.05
"""Share of the class that may have a piece that still counts."""
FEWEST = 3
"""So many may have it in a small class."""
SHARED = 5
"""Rare pieces that two answers must share."""
ALIKE = 0.5
"""Share of the rare pieces of the shorter answer that the other has, too."""
PER_PAIR = 6
"""Problems of a pair that are shown side by side."""

Answers = Mapping[str, Mapping[str, str]]
"""By student, then by problem: what they wrote."""


class Alike(NamedTuple):
    """Two answers to one problem."""

    problem: str
    shared: int
    """Rare pieces that both have."""
    share: float
    """Of the shorter one's rare pieces, how much that is."""
    left: str
    right: str
    same_names: bool
    """Whether they also chose the same names."""


class Pair(NamedTuple):
    """Two students, and where their answers are alike; the most alike first."""

    left: str
    right: str
    found: tuple[Alike, ...]

    @property
    def shared(self) -> int:
        """Rare pieces that both have in all problems together."""
        return sum(one.shared for one in self.found)


def pieces(source: str) -> frozenset[int]:
    """Return the pieces of an answer that are kept; none if it is no Python."""
    try:
        nodes = [_node(node) for node in _walk(ast.parse(source))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    if len(nodes) < GRAM:
        return frozenset()
    grams = [_number(nodes[i : i + GRAM]) for i in range(len(nodes) - GRAM + 1)]
    windows = [grams[i : i + WINDOW] for i in range(max(1, len(grams) - WINDOW + 1))]
    return frozenset(min(window) for window in windows)


def pairs(
    answers: Answers, known: Iterable[str] = (), earlier: Answers | None = None
) -> list[Pair]:
    """Return who wrote answers that are unusually alike, the most alike first.

    Parameters
    ----------
    answers : mapping
        Of the class.
    known : iterable of str
        What everybody may have: the release and model answers.
    earlier : mapping, optional
        Answers of earlier classes, with which those of this one are compared, too.
    """
    common = frozenset().union(*map(pieces, known))
    others = earlier or {}
    everybody = {**{f"{s} (earlier)": theirs for s, theirs in others.items()}, **answers}
    found: dict[tuple[str, str], list[Alike]] = {}
    problems = sorted({name for theirs in answers.values() for name in theirs})
    for problem in problems:
        made = {
            s: pieces(theirs[problem]) - common
            for s, theirs in everybody.items()
            if problem in theirs
        }
        counts = Counter(itertools.chain.from_iterable(made.values()))
        most = max(FEWEST, RARE * len(made))
        rare = {s: {one for one in theirs if counts[one] <= most} for s, theirs in made.items()}
        of_piece: dict[int, list[str]] = {}
        for student, theirs in sorted(rare.items()):
            for one in theirs:
                of_piece.setdefault(one, []).append(student)
        shared: Counter[tuple[str, str]] = Counter()
        for students in of_piece.values():
            shared.update(itertools.combinations(students, 2))
        for (left, right), count in shared.items():
            share = count / min(len(rare[left]), len(rare[right]))
            if count < SHARED or share < ALIKE or not {left, right} & set(answers):
                continue
            codes = everybody[left][problem], everybody[right][problem]
            alike = Alike(problem, count, share, *codes, names(codes[0]) == names(codes[1]))
            found.setdefault((left, right), []).append(alike)
    made_pairs = [
        Pair(*who, tuple(sorted(several, key=lambda one: (-one.shared, one.problem))))
        for who, several in found.items()
    ]
    return sorted(made_pairs, key=lambda pair: (-pair.shared, pair.left, pair.right))


def names(source: str) -> list[str]:
    """Return the names that an answer gives, in order."""
    try:
        nodes = list(_walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    given = [one.id for one in nodes if isinstance(one, ast.Name)]
    return [*given, *(one.arg for one in nodes if isinstance(one, ast.arg))]


def collect(course: Course, assignment: str, earlier: Sequence[Course] = ()) -> list[Pair]:
    """Compare the graded answers of an assignment, also with those of earlier courses."""
    known = [
        cell.source
        for folder in (course.release(assignment), course.source(assignment))
        for path in sorted(folder.glob("*.ipynb"))
        for cell in cells_of(path)
        if cell.kind == "code"
    ]
    before: dict[str, Mapping[str, str]] = {}
    for other in earlier:
        for student, theirs in _graded(other, assignment).items():
            before[f"{student}, {other.folder.name}"] = theirs
    return pairs(_graded(course, assignment), known, before)


def _graded(course: Course, assignment: str) -> dict[str, dict[str, str]]:
    found = {}
    for student in course.everybody():
        notebooks = course.autograded(student, assignment).glob("*.ipynb")
        theirs = {name: one.source for name, one in answers_of(notebooks).items() if one.source}
        if theirs:
            found[student] = theirs
    return found


def write(course: Course, assignment: str, found: Sequence[Pair]) -> Path:
    """Write the page into the course's folder ``reports``; give the file."""
    headings: dict[str, str] = {}
    for notebook in course.notebooks(assignment):
        headings |= titles((course.release(assignment), course.source(assignment)), notebook)
    text = PAGES.render(
        "similar",
        name=assignment,
        pairs=found,
        titles={name.removeprefix("test_"): title for name, title in headings.items()},
        most=PER_PAIR,
        moment=datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
    )
    path = course.folder / "reports" / f"{assignment}-similar.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, text)


def _walk(tree: ast.AST) -> Iterable[ast.AST]:
    """All nodes from the top, each before what is in it; docstrings and contexts are left out."""
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.expr_context) or _is_text(node):
            continue
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _node(node: ast.AST) -> str:
    """What is compared of a node: its kind, and of others' names and of numbers what they are."""
    kind = type(node).__name__
    if isinstance(node, ast.Attribute):
        return f"{kind} {node.attr}"
    if isinstance(node, ast.Constant):
        return f"{kind} {node.value!r}" if isinstance(node.value, int | float) else kind
    return kind


def _number(nodes: Sequence[str]) -> int:
    digest = hashlib.blake2b("\n".join(nodes).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big")

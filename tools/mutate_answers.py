"""Change every solution of the exercises in every small way, and see that no change passes.

A mutant differs from a notebook's own solution in one operator, constant, index, axis, comparison,
name, call or statement. Each must be refused by the visible and hidden cases together, or be listed
in ``equivalent_mutants.toml`` with the reason why it is right as well::

    python tools/mutate_answers.py                    # all problems, with the survivors
    python tools/mutate_answers.py softmax gelu       # some of them
    python tools/mutate_answers.py --every 10         # every tenth mutant

The exit code is 1 if a mutant passes that is not listed, or a listed one no longer does.
"""

import argparse
import ast
import contextlib
import copy
import io
import os
import signal
import sys
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import bank  # noqa: E402

from ffnlib import checks  # noqa: E402

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
SECONDS = 3  # of the processor, for all cases of one mutant
# any way to train is right if the network is good: there is no wrong learning rate
SKIPPED = ("train_network",)


class Mutant(NamedTuple):
    """A changed solution: its source, and the statement that differs, before and after."""

    problem: str
    was: str
    now: str
    source: str


class Lasted(BaseException):
    """A mutant took too long."""


def solution(assignment: str, problem: str) -> str:
    """Return the source of a notebook's own solution."""
    return bank.text_of(bank.graded_cells(assignment)[problem])


BINARY: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Div, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult, ast.Div),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.Add, ast.BitXor),
    ast.LShift: (ast.RShift, ast.Mult),
    ast.RShift: (ast.LShift, ast.FloorDiv),
}
COMPARED: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALLED = {
    "max": ("min", "mean"), "min": ("max",), "sum": ("mean", "max", "prod"), "mean": ("sum", "max"),
    "fsum": ("prod", "max"), "all": ("any",), "any": ("all",), "maximum": ("minimum", "add"),
    "minimum": ("maximum",), "exp": ("expm1", "exp2", "log"), "log": ("log2", "log10", "log1p"),
    "sqrt": ("square", "cbrt"), "tanh": ("sin", "arctan"), "erf": ("erfc", "tanh"), "abs": ("exp",),
    "ceil": ("floor", "trunc"), "floor": ("ceil",), "round": ("floor", "ceil", "trunc"),
    "zeros": ("ones",), "ones": ("zeros",), "zeros_like": ("ones_like",), "bincount": ("sort",),
    "argsort": ("argmin", "argmax"), "argmax": ("argmin",), "diff": ("cumsum",), "len": ("int",),
    "zip": ("enumerate",), "uint8": ("int8", "int16"), "int8": ("uint8", "int16"),
}  # fmt: skip


def changes(node: ast.AST, names: list[str]) -> Iterator[ast.AST]:
    """Give what may stand in a node's place."""
    if isinstance(node, ast.BinOp):
        for operator in BINARY.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
        yield node.left
        yield node.right
        if not isinstance(node.op, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
            yield ast.BinOp(node.right, node.op, node.left)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Compare):
        for operator in COMPARED.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [operator()], node.comparators)
        yield ast.Constant(True)
        yield ast.Constant(False)
    elif isinstance(node, ast.BoolOp):
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from (ast.Name(name, ast.Load()) for name in names if name != node.id)
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Slice):
        yield from _other_slices(node)
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
        yield from _other_orders(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value


def _other_constants(value: Any) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        others = (value + 1, value - 1, 2 * value, -value, 0, 1)
        yield from (ast.Constant(other) for other in dict.fromkeys(others) if other != value)


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    for other in CALLED.get(name, ()):
        place: ast.expr = ast.Attribute(ast.Name("np", ast.Load()), other, ast.Load())
        if isinstance(called, ast.Attribute):
            place = ast.Attribute(called.value, other, ast.Load())
        yield ast.Call(place, node.args, node.keywords)
    yield from node.args  # the call itself is forgotten
    if isinstance(called, ast.Attribute) and not isinstance(called.value, ast.Name):
        yield called.value
    if len(node.args) > 1:
        yield ast.Call(called, [*node.args[1::-1], *node.args[2:]], node.keywords)
    for i, keyword in enumerate(node.keywords):
        rest = [k for j, k in enumerate(node.keywords) if j != i]
        yield ast.Call(called, node.args, rest)
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            for axis in (0, 1, -1, None):
                if axis != keyword.value.value:
                    moved = ast.keyword("axis", ast.Constant(axis))
                    yield ast.Call(called, node.args, [*rest, moved])


def _other_slices(node: ast.Slice) -> Iterator[ast.AST]:
    for part in ("lower", "upper", "step"):
        bound = getattr(node, part)
        if bound is None:
            continue
        bounds = {p: getattr(node, p) for p in ("lower", "upper", "step")}
        yield ast.Slice(**{**bounds, part: None})
        if part != "step":
            for operator in (ast.Add, ast.Sub):
                moved = ast.BinOp(bound, operator(), ast.Constant(1))
                yield ast.Slice(**{**bounds, part: moved})
    if node.lower is None:
        yield ast.Slice(ast.Constant(1), node.upper, node.step)
    if node.upper is None:
        yield ast.Slice(node.lower, ast.Constant(-1), node.step)


def _other_orders(node: ast.Tuple | ast.List) -> Iterator[ast.AST]:
    kind = type(node)
    for i in range(len(node.elts) - 1):
        moved = list(node.elts)
        moved[i], moved[i + 1] = moved[i + 1], moved[i]
        yield kind(moved, ast.Load())


def statement_changes(node: ast.stmt) -> Iterator[ast.stmt]:
    """Give what may stand in a statement's place."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
        yield ast.Pass()
    if isinstance(node, ast.AugAssign):
        target = copy.deepcopy(node.target)
        yield ast.Assign([target], node.value)
        for operator in BINARY.get(type(node.op), ()):
            yield ast.AugAssign(node.target, operator(), node.value)
    if isinstance(node, ast.If | ast.While):
        yield type(node)(ast.Constant(False), node.body, node.orelse)
    if isinstance(node, ast.If):
        yield ast.If(ast.Constant(True), node.body, node.orelse)


def mutants(assignment: str, problem: str) -> list[Mutant]:
    """Make every mutant of a problem's solution that is other text and is Python."""
    tree = ast.parse(solution(assignment, problem))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    function.body = [node for node in function.body if not _is_docstring(node)]
    names = [argument.arg for argument in function.args.args]
    names += sorted(
        {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        & {t.id for node in ast.walk(function) if isinstance(node, ast.Assign)
           for t in ast.walk(node.targets[0]) if isinstance(t, ast.Name)} - set(names)
    )  # fmt: skip
    plain = ast.unparse(tree)
    found: dict[str, Mutant] = {}
    for owner, field, index in _places(function):
        held = getattr(owner, field)
        node = held if index is None else held[index]
        others = statement_changes(node) if isinstance(node, ast.stmt) else changes(node, names)
        for other in list(others):
            _put(owner, field, index, other)
            source = _unparsed(tree)
            _put(owner, field, index, node)
            if source and source != plain and source not in found:
                found[source] = Mutant(problem, *_difference(plain, source), source)
    return list(found.values())


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Give every place in a function's body that holds a node."""
    for owner in list(ast.walk(function)):
        if isinstance(owner, ast.arguments | ast.arg):
            continue
        for field, value in ast.iter_fields(owner):
            if isinstance(value, ast.AST):
                yield owner, field, None
            elif isinstance(value, list):
                for i, item in enumerate(value):
                    if isinstance(item, ast.AST):
                        yield owner, field, i


def _put(owner: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[index] = node


def _unparsed(tree: ast.Module) -> str:
    try:
        text = ast.unparse(ast.fix_missing_locations(tree))
        compile(text, "<mutant>", "exec")
    except (SyntaxError, ValueError, TypeError, AttributeError):
        return ""
    return text


def _difference(plain: str, changed: str) -> tuple[str, str]:
    """Give the lines that differ, before and after."""
    was, now = plain.splitlines(), changed.splitlines()
    while was and now and was[0] == now[0]:
        was, now = was[1:], now[1:]
    while was and now and was[-1] == now[-1]:
        was, now = was[:-1], now[:-1]
    return " / ".join(line.strip() for line in was), " / ".join(line.strip() for line in now)


def passes(assignment: str, mutant: Mutant) -> bool:
    """Whether a mutant passes all visible and hidden cases in time."""
    import math

    import numpy as np

    def stop(*_: object) -> None:
        raise Lasted

    notebook: dict[str, Any] = {"__name__": "__main__", "np": np, "math": math}
    previous = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        exec(compile(mutant.source, "<mutant>", "exec"), notebook)
        with contextlib.redirect_stdout(io.StringIO()):
            checks.verify(
                mutant.problem,
                notebook[mutant.problem],
                bank.visible_cases(assignment, mutant.problem),
                bank.HIDDEN._replace(seed="mutants"),
            )
    except (checks.CheckFailed, Lasted):
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)
    return True


def listed() -> dict[tuple[str, str, str], str]:
    """Read the mutants that are right as well, each with its reason."""
    known = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    return {
        (problem, entry["was"], entry["now"]): entry["reason"]
        for problem, entries in known.items()
        for entry in entries
    }


def survivors(assignment: str, every: int, problem: str) -> tuple[int, list[Mutant]]:
    """Give the number of a problem's mutants that were tried, and those that pass."""
    tried = mutants(assignment, problem)[::every]
    return len(tried), [mutant for mutant in tried if passes(assignment, mutant)]


def main(arguments: list[str] | None = None, tell: Callable[[str], object] = print) -> int:
    """Try the mutants of some problems or of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("problems", nargs="*", help="names of problems; all if there is none")
    parser.add_argument("--every", type=int, default=1, help="try every so-many-th mutant only")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    chosen = parser.parse_args(arguments)
    known = listed()
    total, new, left = 0, 0, set(known)
    with contextlib.ExitStack() as stack:
        each: Callable[..., Any] = map
        if chosen.processes > 1:
            each = stack.enter_context(ProcessPoolExecutor(chosen.processes)).map
        for assignment in bank.ASSIGNMENTS:
            problems = [
                problem
                for problem in bank.points(assignment)
                if problem not in SKIPPED and problem in (chosen.problems or [problem])
            ]
            left -= {key for key in known if key[0] in problems} if chosen.every > 1 else set()
            run = partial(survivors, assignment, chosen.every)
            for problem, (tried, alive) in zip(problems, each(run, problems), strict=True):
                total += tried
                tell(f"{problem}: {tried} mutants, {len(alive)} pass")
                for mutant in alive:
                    left.discard(mutant[:3])
                    if mutant[:3] not in known:
                        new += 1
                        tell(f"  {mutant.was}\n    -> {mutant.now}")
    left = {key for key in left if not chosen.problems or key[0] in chosen.problems}
    for problem, was, now in sorted(left):
        tell(f"{problem}: listed as equivalent, but refused or not made: {was} -> {now}")
    tell(f"{total} mutants, {new} pass that are not listed, {len(known)} listed")
    return 1 if new or left else 0


if __name__ == "__main__":
    sys.exit(main())

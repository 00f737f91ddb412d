"""What was expected beside what a function returned for a visible case; what differs is marked."""

from collections.abc import Callable
from html import escape
from typing import Any

from numpy import abs as np_abs
from numpy import argwhere, asarray, errstate, float64, isfinite, maximum, ndarray, shape

from ffnlib.checks.coerce import fresh_result
from ffnlib.checks.problem import Case, Parts, Problem

MOST = 64
"""Entries of a value that are shown; of a larger one the first that differs."""


def table(problem: Problem, case: Case, returned: Parts, title: str) -> str:
    """Return HTML of a small table; empty where what is expected is no value to be returned."""
    if problem.expected is not None:
        return ""
    expected = fresh_result(case.expected, problem.returns)
    pairs = {name: (wanted, returned.get(name)) for name, wanted in expected.items()}
    try:
        rows = "".join(
            f"<tr><th>{escape(name)}</th>{_cells(*pair, problem.tolerance)}"
            for name, pair in pairs.items()
        )
    except (ArithmeticError, TypeError, ValueError):  # numbers that no float holds, say
        return ""
    head = "<tr><th></th><th>expected</th><th>returned</th></tr>"
    return f"<table><caption>{escape(title)}</caption>{head}{rows}</table>"


def _cells(wanted: Any, got: Any, tolerance: float) -> str:
    numbers = all(isinstance(one, ndarray | float | int | list) for one in (wanted, got))
    if not numbers or shape(wanted) != shape(got):
        return _row(*(f"{escape(_text(one))}{_shape(one)}" for one in (wanted, got)))
    a, b = (asarray(one, dtype=float64) for one in (wanted, got))
    with errstate(all="ignore"):
        same = np_abs(a - b) <= tolerance * maximum(1.0, np_abs(a))
    differs = ~(same & isfinite(b))
    if a.size > MOST:
        where = argwhere(differs)
        if not len(where):
            return _row("…", "…")
        place = tuple(where[0].tolist())
        said = f"[{', '.join(map(str, place))}] = "
        return _row(*(f"… {said}{one} …" for one in _pair(a[place], b[place])))
    texts: tuple[list[str], list[str]] = ([], [])
    for x, y, is_other in zip(a.ravel(), b.ravel(), differs.ravel(), strict=True):
        one, other = _pair(x, y) if is_other else (f"{x:.6g}", f"{y:.6g}")
        texts[0].append(one)
        texts[1].append(f"<mark>{other}</mark>" if is_other else other)
    return _row(*(_nested(iter(one).__next__, a.shape) for one in texts))


def _row(expected: str, returned: str) -> str:
    return f"<td><code>{expected}</code></td><td><code>{returned}</code></td></tr>"


def _pair(x: Any, y: Any) -> tuple[str, str]:
    """Write two numbers that differ with as many digits as it takes to see it."""
    pair = (f"{x:.6g}", f"{y:.6g}")
    return pair if pair[0] != pair[1] else (f"{x:.17g}", f"{y:.17g}")


def _nested(text: Callable[[], str], size: tuple[int, ...]) -> str:
    if not size:
        return text()
    between = ", " if len(size) == 1 else ",<br>"
    return f"[{between.join(_nested(text, size[1:]) for _ in range(size[0]))}]"


def _text(value: Any) -> str:
    said = str(value.tolist() if isinstance(value, ndarray) else value)
    return said if len(said) <= 400 else f"{said[:400]}…"


def _shape(value: Any) -> str:
    return f"<br>of shape {shape(value)}" if isinstance(value, ndarray) else ""

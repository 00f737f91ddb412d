"""A function of one array, written as an expression: the form in which a case can hold it."""

from typing import Any

from numpy import array, asarray, cos, exp, float64, log, prod, sin, sqrt, tanh
from numpy import sum as np_sum

__all__ = ["Formula"]

KNOWN = {"array": array, "cos": cos, "exp": exp, "log": log, "prod": prod, "sin": sin,
         "sqrt": sqrt, "sum": np_sum, "tanh": tanh}  # fmt: skip


class Formula:
    """A function of one array ``p``, written as an expression such as ``sum(p**2)``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._code = compile(text, "<formula>", "eval")  # a case's text, which is ours

    def __call__(self, p: Any) -> Any:
        """Compute the expression at ``p``."""
        at = asarray(p)
        if at.dtype.kind in "biu":
            at = at.astype(float64)
        return eval(self._code, {"__builtins__": {}, **KNOWN, "p": at})

    def __repr__(self) -> str:
        return f"<p -> {self.text}>"

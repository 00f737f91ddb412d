r"""Numbers that remember where they came from, so that derivatives can flow back to them.

Every operation on a ``Value`` gives a new one that keeps its inputs and, for each input, the local
slope: how much the result moves when that input does. The chain rule does the rest,

.. math:: \frac{\partial J}{\partial \text{input}} \mathrel{+}=
          \frac{\partial J}{\partial \text{result}} \cdot \text{slope},

from the loss back to the parameters, each result before its inputs. It is a sum, because a number
that is used twice moves the loss in two ways.
"""

import math
from collections.abc import Callable
from typing import Self

import numpy as np

from ffnlib.nn import Activation
from ffnlib.nn import _activations as activations

Number = int | float | np.number


class Value:
    """A number in a computation.

    Parameters
    ----------
    data : number
        Its value; a float from then on.
    label : str
        What to call it in a drawing.

    Attributes
    ----------
    data : float
    grad : float
        The derivative of the last ``backward`` with respect to it.
    op : str
        The operation it is the result of: ``+ - × / ^ exp log tanh relu …``; empty if it is given.
    inputs : tuple of Value
        What the operation was applied to.
    slopes : tuple of float
        The derivative of ``data`` with respect to each input.
    label : str

    Raises
    ------
    TypeError
        If ``data`` is not a real number.
    """

    __slots__ = ("data", "grad", "inputs", "label", "op", "slopes")
    __array_ufunc__ = None  # NumPy numbers leave the arithmetic to us

    def __init__(self, data: Number, label: str = "") -> None:
        if isinstance(data, bool) or not isinstance(data, int | float | np.number):
            raise TypeError(f"data must be a real number, got {data!r}")
        self.data = float(data)
        self.grad = 0.0
        self.op = ""
        self.inputs: tuple[Value, ...] = ()
        self.slopes: tuple[float, ...] = ()
        self.label = label

    @classmethod
    def _result(
        cls, op: str, data: float, inputs: "tuple[Value, ...]", slopes: tuple[float, ...]
    ) -> "Value":
        result = cls.__new__(cls)
        result.data, result.grad, result.label = data, 0.0, ""
        result.op, result.inputs, result.slopes = op, inputs, slopes
        return result

    # Each operation: its value, and its slope for each input.

    def __add__(self, other: "Value | Number") -> "Value":
        a, b = self, _as_value(other)
        return self._result("+", a.data + b.data, (a, b), (1.0, 1.0))

    def __sub__(self, other: "Value | Number") -> "Value":
        a, b = self, _as_value(other)
        return self._result("-", a.data - b.data, (a, b), (1.0, -1.0))

    def __mul__(self, other: "Value | Number") -> "Value":
        a, b = self, _as_value(other)
        return self._result("×", a.data * b.data, (a, b), (b.data, a.data))

    def __truediv__(self, other: "Value | Number") -> "Value":
        """Divide; ZeroDivisionError if ``other`` is 0."""
        a, b = self, _as_value(other)
        return self._result("/", a.data / b.data, (a, b), (1 / b.data, -a.data / b.data / b.data))

    def __pow__(self, other: "Value | Number") -> "Value":
        r"""Raise to a power.

        With a number n as exponent there is one input, with slope :math:`n a^{n-1}`; a ``Value``
        as exponent is an input too, with slope :math:`a^n \log a`. ValueError where the result is
        not a real number.
        """
        a = self
        n = other.data if isinstance(other, Value) else _as_value(other).data
        if (a.data < 0 and not n.is_integer()) or (a.data == 0 and n < 0):
            raise ValueError(f"{a.data:g} to the power {n:g} is not a real number")
        data = _power(a.data, n)
        slope = 0.0 if n == 0 else n * _power(a.data, n - 1) if a.data or n >= 1 else math.inf
        if not isinstance(other, Value):
            return self._result("^", data, (a,), (slope,))
        if a.data <= 0:
            raise ValueError(f"a Value as exponent needs a base above 0, got {a.data:g}")
        return self._result("^", data, (a, other), (slope, data * math.log(a.data)))

    def __neg__(self) -> "Value":
        return self * -1

    def __radd__(self, other: Number) -> "Value":
        return _as_value(other) + self

    def __rsub__(self, other: Number) -> "Value":
        return _as_value(other) - self

    def __rmul__(self, other: Number) -> "Value":
        return _as_value(other) * self

    def __rtruediv__(self, other: Number) -> "Value":
        return _as_value(other) / self

    def __rpow__(self, other: Number) -> "Value":
        return _as_value(other) ** self

    def exp(self) -> "Value":
        """Return :math:`e^a`; infinite where it is too large for a float."""
        e = _exp(self.data)
        return self._result("exp", e, (self,), (e,))

    def log(self) -> "Value":
        """Return the natural logarithm; ValueError unless the number is above 0."""
        if not self.data > 0:
            raise ValueError(f"log needs a number above 0, got {self.data:g}")
        return self._result("log", math.log(self.data), (self,), (1 / self.data,))

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent."""
        return self.apply(activations.tanh)

    def relu(self) -> "Value":
        """Return the number if it is above 0, and 0 otherwise; the slope at 0 is 0."""
        positive = self.data > 0
        return self._result("relu", self.data if positive else 0.0, (self,), (float(positive),))

    def sigmoid(self) -> "Value":
        """Return the logistic sigmoid."""
        return self.apply(activations.sigmoid)

    def gelu(self) -> "Value":
        """Return GELU, exact form."""
        return self.apply(activations.gelu)

    def gelu_tanh(self) -> "Value":
        """Return GELU, tanh form."""
        return self.apply(activations.gelu_tanh)

    def silu(self) -> "Value":
        """Return SiLU."""
        return self.apply(activations.silu)

    def softplus(self) -> "Value":
        """Return softplus."""
        return self.apply(activations.softplus)

    def leaky_relu(self) -> "Value":
        """Return leaky ReLU with slope 0.01."""
        return self.apply(activations.leaky_relu)

    def apply(self, f: str | Activation) -> "Value":
        """Apply an activation, or the one of this name; its ``derivative`` is the slope."""
        f = activations.activation(f, "f")
        return self._result(f.name, float(f(self.data)), (self,), (float(f.derivative(self.data)),))

    def topological_order(self) -> "list[Value]":
        """Return every number this one was computed from, inputs before results, itself last.

        A stack of our own takes the place of recursive calls, which Python stops at a depth of
        about 1000: a sum over 1000 terms is already deeper than that.
        """
        order: list[Value] = []
        seen: set[int] = set()
        stack = [(self, False)]
        while stack:
            value, inputs_done = stack.pop()
            if inputs_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((v, False) for v in value.inputs if id(v) not in seen)
        return order

    def backward(self) -> Self:
        """Compute the derivative of this number with respect to all it was computed from.

        It is found in their ``grad``. Those of given numbers (parameters, inputs) add up over
        several calls, as over the examples of a batch; ``zero_grad`` starts anew.
        """
        order = self.topological_order()
        for value in order:
            if value.inputs:
                value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for v, slope in zip(value.inputs, value.slopes, strict=True):
                v.grad += slope * value.grad
        return self

    def zero_grad(self) -> None:
        """Set ``grad`` to 0 for this number and all it was computed from."""
        for value in self.topological_order():
            value.grad = 0.0

    def __repr__(self) -> str:
        name = f", label={self.label!r}" if self.label else ""
        op = f", op={self.op!r}" if self.op else ""
        return f"Value({self.data:g}, grad={self.grad:g}{op}{name})"


def _as_value(number: "Value | Number") -> Value:
    return number if isinstance(number, Value) else Value(number)


def _quiet(f: Callable[[], float], otherwise: float) -> float:
    """Return ``f()``, or ``otherwise`` where Python raises because a float cannot hold it."""
    try:
        return f()
    except OverflowError:
        return otherwise


def _exp(x: float) -> float:
    return _quiet(lambda: math.exp(x), math.inf)


def _power(a: float, n: float) -> float:
    return _quiet(lambda: a**n, -math.inf if a < 0 and n % 2 else math.inf)

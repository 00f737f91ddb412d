"""One example after the other through a float network, with nothing done twice.

In a small network a matrix–vector product takes microseconds, and so does checking the arguments,
making an array for the result, and looking up what comes next. All that is done once here.
"""

import math
from typing import Any

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.moe import MoEClassifier
from ffnlib.nn import MLP, FactoredLinear, Linear, identity


class SingleExample:
    """Computes a network of dense or factored layers for one example at a time.

    Parameters
    ----------
    model : MLP
        Its weights are copied.

    Raises
    ------
    TypeError
        If ``model`` is no MLP, or a layer is of another kind.
    """

    def __init__(self, model: MLP) -> None:
        if not isinstance(model, MLP):
            raise TypeError(f"model must be an MLP, got {type(model).__name__}")
        self.d_in, self.dtype = model.layers[0].d_in, model.dtype
        self._x = _vector(self.d_in, self.dtype)
        self._steps = []  # weights, their input, where the result goes, activation
        at = self._x
        for i, layer in enumerate(model.layers):
            f = model.output if i == len(model.layers) - 1 else model.activation
            thin = [layer.first, layer.second] if isinstance(layer, FactoredLinear) else [layer]
            for part in thin:
                y = _vector(part.d_out, self.dtype)
                f_part = f if part is thin[-1] else identity
                self._steps.append((_with_bias(part, self.dtype), at, y[:-1], f_part))
                at = y

    def __call__(self, x: Array) -> Array:
        """Return the output, (d_out,), for x, (d_in,); it is valid until the next call.

        ValueError if ``x`` has another shape or dtype than the network.
        """
        _check(x, self.d_in, self.dtype)
        self._x[:-1] = x
        for W, at, y, f in self._steps:
            np.dot(W, at, out=y)  # (d_out, d_in + 1) (d_in + 1,)
            if f is not identity:
                f.write(y, y)
        return y


class SingleMixture:
    """Computes a classifier with a mixture of experts for one example at a time.

    The router's few logits are ranked as Python numbers: for so few that is the quicker way.

    Parameters
    ----------
    model : MoEClassifier
        Its weights are copied. No capacity, and gates that are the softmax of the chosen logits.

    Raises
    ------
    TypeError
        If ``model`` is no MoEClassifier, or a layer does not hold floats.
    ValueError
        If its router drops examples, or makes its gates in another way.
    """

    def __init__(self, model: MoEClassifier) -> None:
        if not isinstance(model, MoEClassifier):
            raise TypeError(f"model must be a MoEClassifier, got {type(model).__name__}")
        moe, policy = model.moe, model.moe.policy
        if policy.capacity_factor is not None or not policy.renormalize:
            raise ValueError(
                "model must have no capacity_factor and renormalize its gates, got "
                f"capacity_factor={policy.capacity_factor}, renormalize={policy.renormalize}"
            )
        kind = self.dtype = model.dtype
        self.d_in = model.stem.d_in
        self._k, self._temperature = policy.top_k, policy.temperature
        self._activation, self._residual = model.activation, model.residual
        self._stem, self._router = _with_bias(model.stem, kind), _with_bias(moe.router, kind)
        self._experts = [
            (
                None if expert.gate is None else _with_bias(expert.gate, kind),
                _with_bias(expert.up, kind),
                _with_bias(expert.down, kind),
                expert.activation,
            )
            for expert in moe.experts
        ]
        self._head = _with_bias(model.head, kind)
        wide = moe.experts[0].d_ff
        self._x, self._h, self._u = (
            _vector(n, kind) for n in (self.d_in, moe.d_model, moe.d_model)
        )
        self._hidden, self._gate = _vector(wide, kind), np.empty(wide, kind)
        self._y, self._z = np.empty(moe.d_model, kind), np.empty(len(moe.experts), kind)
        self._logits = np.empty(model.head.d_out, kind)

    def __call__(self, x: Array) -> Array:
        """Return the logits, (classes,), for x, (d_in,); they are valid until the next call.

        ValueError if ``x`` has another shape or dtype than the model, or a logit of the router is
        not finite.
        """
        _check(x, self.d_in, self.dtype)
        self._x[:-1] = x
        h, u = self._h[:-1], self._u[:-1]
        np.dot(self._stem, self._x, out=h)
        self._activation.write(h, h)
        u[...] = h if self._residual else 0
        for i, g in self._choose():
            u += self._expert(i, g)
        return np.dot(self._head, self._u, out=self._logits)

    def _choose(self) -> list[tuple[int, float]]:
        """Rank the experts; of equal logits the first counts as the larger, as in a batch."""
        z = np.dot(self._router, self._h, out=self._z).tolist()
        best = sorted(range(len(z)), key=lambda i: -z[i])[: self._k]
        weights = [math.exp((z[i] - z[best[0]]) / self._temperature) for i in best]
        total = math.fsum(weights)
        if not total < math.inf:
            raise ValueError(f"the router's logits must be finite, got {z}")
        return [(i, weight / total) for i, weight in zip(best, weights, strict=True)]

    def _expert(self, i: int, g: float) -> Array:
        gate, up, down, f = self._experts[i]
        hidden = self._hidden[:-1]
        np.dot(up, self._h, out=hidden)
        if gate is None:
            f.write(hidden, hidden)
        else:
            np.dot(gate, self._h, out=self._gate)
            f.write(self._gate, self._gate)
            hidden *= self._gate
        np.dot(down, self._hidden, out=self._y)
        self._y *= g
        return self._y


def _vector(n: int, dtype: np.dtype[Any]) -> Array:
    """Make room for n numbers and a 1 behind them, which the bias is multiplied with."""
    return np.ones(n + 1, dtype)


def _with_bias(layer: Linear, dtype: np.dtype[Any]) -> Array:
    """Return the weights with the bias as one more column, (d_out, d_in + 1)."""
    if type(layer) is not Linear:
        raise TypeError(f"model must have dense layers of floats, got {layer!r}")
    b = np.zeros(layer.d_out) if layer.b is None else layer.b
    W: Array = np.column_stack([layer.W, b]).astype(dtype)
    if layer.d_out > 4 * layer.d_in:  # the product runs along memory, so over the outputs
        W = np.asfortranarray(W)
    return W


def _check(x: Array, d_in: int, dtype: np.dtype[Any]) -> None:
    if x.shape != (d_in,) or x.dtype != dtype:
        raise ValueError(f"x must be ({d_in},) in {dtype}, got {x.shape} in {x.dtype}")

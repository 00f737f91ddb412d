r"""A dense layer as two thin ones, with the rank spent on what its inputs make of it.

:math:`x \mapsto x W^\top + b` becomes :math:`x \mapsto (x A^\top) B^\top + c`, with A (r, d_in) and
B (d_out, r): :math:`r (d_{in} + d_{out})` weights in place of :math:`d_{in} d_{out}`.

The closest matrix of rank r (``ffnlib.lora``) treats all inputs alike. The inputs a layer gets
fill few directions, and only the outputs they lead to count. With :math:`\bar z` the mean output of
calibration inputs and V (d_out, r) the r directions in which the outputs vary most (their principal
components),

.. math:: B = V, \qquad A = V^\top W, \qquad c = \bar z + V V^\top (b - \bar z)

has the smallest squared error of the outputs there is at this rank (Eckart and Young, 1936, for the
matrix of outputs).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib.nn._linear import Linear


class FactoredLinear(Linear):
    """Two dense layers without an activation between them, in the place of one.

    Parameters
    ----------
    first : Linear, d_in to r
    second : Linear, r to d_out
        Used, not copied.

    Raises
    ------
    ValueError
        If the outputs of one are not the inputs of the other.
    """

    def __init__(self, first: Linear, second: Linear) -> None:
        if first.d_out != second.d_in:
            raise ValueError(
                f"second must take the {first.d_out} outputs of first, got {second.d_in} inputs"
            )
        self.first, self.second = first, second

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return self.first.d_in

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return self.second.d_out

    @property
    def rank(self) -> int:
        """The size of the middle, r."""
        return self.first.d_out

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The product of the two, (d_out, d_in); a new array."""
        product: Array = self.second.W @ self.first.W
        return product

    @property
    def b(self) -> Array | None:  # type: ignore[override]
        """The bias of both together, (d_out,), or None."""
        if self.first.b is None:
            return self.second.b
        return self.second.forward(self.first.b)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.first.dtype

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute one layer after the other; as ``Linear.forward``."""
        return self.second.forward(self.first.forward(x), out)

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Fill the gradients of both; as ``backward``."""
        self.first.fill_gradients(x, self.second.backward(self.first.forward(x), g))

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:
        """Fill the gradients of both, and give that of the inputs; as ``Linear.backward``."""
        return self.first.backward(x, self.second.backward(self.first.forward(x), g), out)

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays of both, ``first.W`` and so on; not copies."""
        both = {"first": self.first, "second": self.second}
        return {
            f"{p}.{name}": a
            for p, one in both.items()
            for name, a in one.named_parameters().items()
        }

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients of both; RuntimeError if there are none yet."""
        both = {"first": self.first, "second": self.second}
        return {
            f"{p}.{name}": a for p, one in both.items() for name, a in one.named_gradients().items()
        }

    def __repr__(self) -> str:
        return f"FactoredLinear({self.first!r}, {self.second!r})"


def factor(layer: Linear, x: ArrayLike, rank: int) -> FactoredLinear:
    r"""Return the two layers of a rank that come closest to a layer for such inputs.

    Parameters
    ----------
    layer : Linear
        Left as it is.
    x : array_like, (n, d_in)
        Calibration: inputs such as the layer will get.
    rank : int, from 1 to d_out

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold finite real numbers in this shape, or there is no such rank.
    """
    inputs, rank = as_float(x, "x"), as_count(rank, "rank")
    if inputs.ndim != 2 or inputs.shape[1] != layer.d_in or len(inputs) == 0:
        raise ValueError(f"x must have shape (n, d_in={layer.d_in}), got {inputs.shape}")
    if not np.isfinite(inputs).all():
        raise ValueError("x must hold finite numbers, got inf or nan among them")
    if rank > layer.d_out:
        raise ValueError(f"rank must be from 1 to d_out={layer.d_out}, got {rank}")
    z = layer.forward(inputs).astype(np.float64)  # (n, d_out)
    mean = z.mean(axis=0)
    z -= mean
    _, directions = np.linalg.eigh(z.T @ z)  # smallest variance first
    V = directions[:, : -rank - 1 : -1]  # (d_out, rank)
    b = 0.0 if layer.b is None else layer.b
    c = mean + V @ (V.T @ (b - mean))  # (d_out,)
    first = Linear.from_arrays((V.T @ layer.W).astype(layer.dtype))
    return FactoredLinear(first, Linear.from_arrays(V.astype(layer.dtype), c.astype(layer.dtype)))

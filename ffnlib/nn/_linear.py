r"""Dense layers.

A layer maps a batch ``x``, shape (batch, d_in), to :math:`y = x W^\top + b`, shape (batch, d_out).
The weights have shape (d_out, d_in): row i holds the weights of unit i. Backward pass: with
:math:`g = \partial J/\partial y` from above,

.. math:: \frac{\partial J}{\partial W} = g^\top x, \qquad
          \frac{\partial J}{\partial b} = \sum_i g_i, \qquad
          \frac{\partial J}{\partial x} = g\,W .

There is no :math:`1/m` in them: it is in the loss, so it is in :math:`g` already.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_count, as_float, as_rng, float_dtype
from ffnlib._base.kernels import product_kernel
from ffnlib._base.parameters import Trainable
from ffnlib.nn._initialization import draw_weights


def product(x: Array, W: Array, out: Array | None = None) -> Array:
    """Return x W^T, (batch, d_in) (d_in, d_out); a compiled kernel is quicker for 2 to 32 rows."""
    kernel = product_kernel("ffnlib.nn._kernels", x, W, out)
    if kernel is None:
        y: Array = np.matmul(x, W.T, out=out)
        return y
    y = np.empty((len(x), len(W)), x.dtype) if out is None else out
    if y.shape != (len(x), len(W)):
        raise ValueError(f"out must have shape {(len(x), len(W))}, got {y.shape}")
    kernel(x, W, y)
    return y


class Linear(Trainable):
    r"""A layer of neurons without activation, :math:`y = x W^\top + b`.

    Parameters
    ----------
    d_in, d_out : int
        Numbers of inputs and outputs.
    rng : numpy.random.Generator
        Where the initial weights come from.
    bias : bool
        Whether there is a ``b``; it starts at zero.
    init : str or float
        See ``init_variance``.
    dtype : float16, float32 or float64
        Of the parameters. The draws are the same for all three, then rounded.

    Attributes
    ----------
    W : array, (d_out, d_in)
    b : array, (d_out,), or None
    dW, db : like W and b
        The gradients, filled by ``backward``; None before.

    Raises
    ------
    TypeError, ValueError
        For a size that is not a whole number above 0, an ``rng`` of another kind, an unknown
        ``init`` or another ``dtype``.
    """

    def __init__(
        self,
        d_in: int,
        d_out: int,
        rng: np.random.Generator,
        bias: bool = True,
        init: str | float = "he",
        dtype: DTypeLike = np.float64,
    ) -> None:
        d_in, d_out = as_count(d_in, "d_in"), as_count(d_out, "d_out")
        kind = float_dtype(dtype)
        self.W: Array = draw_weights(init, d_in, d_out, as_rng(rng)).astype(kind, copy=False)
        self.b: Array | None = np.zeros(d_out, dtype=kind) if bias else None
        self.dW: Array | None = None
        self.db: Array | None = None

    @classmethod
    def from_arrays(cls, W: ArrayLike, b: ArrayLike | None = None) -> Self:
        """Make a layer of given weights, ``W`` (d_out, d_in) and ``b`` (d_out,) or None.

        The arrays are copied. ValueError if their shapes do not fit.
        """
        layer = cls.__new__(cls)
        layer.W = np.array(as_float(W, "W"))
        layer.b = None if b is None else np.array(as_float(b, "b"))
        layer.dW = layer.db = None
        if layer.W.ndim != 2 or 0 in layer.W.shape:
            raise ValueError(f"W must have shape (d_out, d_in), got {layer.W.shape}")
        if layer.b is not None and layer.b.shape != (layer.d_out,):
            raise ValueError(f"b must have shape (d_out,) = ({layer.d_out},), got {layer.b.shape}")
        return layer

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return int(self.W.shape[1])

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return int(self.W.shape[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.W.dtype

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute the layer, in the dtype of ``x``.

        Parameters
        ----------
        x : array_like, (batch, d_in) or (d_in,)
        out : array, optional
            Where to write the result, in its shape and dtype.

        Returns
        -------
        array, (batch, d_out) or (d_out,)

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or its last axis is not ``d_in`` long.
        """
        x = as_float(x, "x")
        if x.ndim == 0 or x.shape[-1] != self.d_in:
            raise ValueError(
                f"x must have d_in={self.d_in} numbers in its last axis, got shape {x.shape}"
            )
        W = self.W.astype(x.dtype, copy=False)
        y = product(x, W, out)
        if self.b is not None:
            y += self.b.astype(x.dtype, copy=False)
        return y

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        r"""Write :math:`g^\top x` to ``dW`` and :math:`\sum_i g_i` to ``db``; as ``backward``."""
        x, g = as_float(x, "x"), as_float(g, "g")
        if x.ndim != 2 or x.shape[1] != self.d_in:
            raise ValueError(f"x must have shape (batch, d_in={self.d_in}), got {x.shape}")
        if g.shape != (len(x), self.d_out):
            raise ValueError(
                f"g must have shape (batch, d_out) = ({len(x)}, {self.d_out}), got {g.shape}"
            )
        self.dW = _gradient_array(self.W, self.dW)
        np.matmul(g.T, x, out=self.dW, casting="same_kind")  # (d_out, batch) (batch, d_in)
        if self.b is not None:
            self.db = _gradient_array(self.b, self.db)
            np.sum(g, axis=0, out=self.db)  # (d_out,)

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:
        """Send a gradient back: fill ``dW`` and ``db``, and give the gradient of the inputs.

        Parameters
        ----------
        x : array_like, (batch, d_in)
            What ``forward`` was given.
        g : array_like, (batch, d_out)
            The gradient of the loss with respect to what ``forward`` gave.
        out : array, optional
            Where to write the result.

        Returns
        -------
        array, (batch, d_in)

        Raises
        ------
        TypeError, ValueError
            If ``x`` or ``g`` does not hold real numbers, or the shapes do not fit.
        """
        self.fill_gradients(x, g)
        dx: Array = np.matmul(g, self.W, out=out)  # (batch, d_out) (d_out, d_in)
        return dx

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays by name, ``W`` first; the arrays themselves, not copies."""
        return {"W": self.W} if self.b is None else {"W": self.W, "b": self.b}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names.

        RuntimeError if there are none yet.
        """
        if self.dW is None:
            raise RuntimeError("there are no gradients yet: call forward and backward first")
        return {"W": self.dW} if self.b is None or self.db is None else {"W": self.dW, "b": self.db}

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Linear({self.d_in}, {self.d_out}{bias})"


def _gradient_array(parameter: Array, last: Array | None) -> Array:
    """Return where to write a parameter's gradient: the array of last time if it still fits."""
    if last is None or last.shape != parameter.shape or last.dtype != parameter.dtype:
        return np.empty_like(parameter)
    return last

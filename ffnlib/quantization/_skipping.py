r"""A dense layer that does nothing for inputs that are 0.

After ReLU, and in most images, many inputs are exactly 0, and a weight that would be multiplied by
0 need not be read:

.. math:: y = b + \sum_{j:\, x_j \ne 0} x_j\, W_{:,j} .

The sum runs over columns of W, so they have to lie side by side in memory: the layer keeps the
transpose. For one example this is exact and reads fewer bytes; a batch has few columns that are
0 for all its rows, and is computed as usual.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib.nn import Linear
from ffnlib.quantization._layer import load_kernels


class SkippingLinear(Linear):
    """A dense layer whose weights are kept transposed, for examples with many zeros.

    Made by ``from_linear``. One float32 example goes to a compiled kernel where numba (extra
    ``fast``) is installed; NumPy has to copy the columns it needs first.

    Attributes
    ----------
    columns : array, (d_in, d_out)
        The columns of W, one a row.
    b : array, (d_out,), or None
    """

    columns: Array

    @classmethod
    def from_linear(cls, layer: Linear) -> Self:
        """Copy the weights of a layer."""
        new = cls.__new__(cls)
        new.columns = np.array(layer.W.T, order="C")
        new.b = None if layer.b is None else np.array(layer.b)
        new.dW = new.db = None
        return new

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The weights, (d_out, d_in); not a copy."""
        return self.columns.T

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return len(self.columns)

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return int(self.columns.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.columns.dtype

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute the layer; as ``Linear.forward``. Weights are taken to be finite."""
        x = as_float(x, "x")
        if x.size != self.d_in or x.shape[-1:] != (self.d_in,):
            return super().forward(x, out)
        row = x.reshape(self.d_in)
        kernels = load_kernels()
        y = np.zeros(self.d_out, x.dtype) if self.b is None else self.b.astype(x.dtype)
        if kernels is not None and x.dtype == self.dtype == np.float32:
            kernels.add_columns(self.columns, np.ascontiguousarray(row), y)
        else:
            (used,) = row.nonzero()
            y += row[used] @ self.columns[used].astype(x.dtype, copy=False)
        shaped = y.reshape(*x.shape[:-1], self.d_out)
        if out is None:
            return shaped
        np.copyto(out, shaped)
        return out

    def __repr__(self) -> str:
        return f"SkippingLinear({self.d_in}, {self.d_out})"

"""A dense layer that keeps its weights in a block format and decodes them when it computes.

It is the frozen base of QLoRA: packed weights in NF4, and adapters in floats beside them (Dettmers
et al., arXiv:2305.14314).
"""

from copy import deepcopy
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float, float_dtype
from ffnlib._base.parameters import Model
from ffnlib.nn import Linear, dense_slots
from ffnlib.quantization._block_formats import Encoded, decode, encode

M = TypeVar("M", bound=Model)


class EncodedLinear(Linear):
    r"""A dense layer of encoded weights, :math:`y = x \hat W^\top + b`; nothing in it is trained.

    Parameters
    ----------
    weights : Encoded
        (d_out, d_in); from ``encode``.
    b : array_like, (d_out,), optional
        Stays a float.
    dtype : float32 or float64
        The dtype of the decoded weights.

    Raises
    ------
    TypeError, ValueError
        If ``weights`` is not an ``Encoded`` of two axes, or ``b`` does not fit.
    """

    def __init__(self, weights: Encoded, b: ArrayLike | None = None, dtype: Any = np.float32):
        if not isinstance(weights, Encoded):
            raise TypeError(f"weights must be what encode() returns, got {type(weights).__name__}")
        if len(weights.shape) != 2:
            raise ValueError(f"weights must have shape (d_out, d_in), got {weights.shape}")
        self.weights = weights
        self._dtype: np.dtype[Any] = float_dtype(dtype)
        self.b = None if b is None else np.array(as_float(b, "b"))
        if self.b is not None and self.b.shape != weights.shape[:1]:
            raise ValueError(
                f"b must have shape (d_out,) = {weights.shape[:1]}, got {self.b.shape}"
            )

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return self.weights.shape[1]

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return self.weights.shape[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the decoded weights."""
        return self._dtype

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The decoded weights, (d_out, d_in): a new array each time."""
        return decode(self.weights, self._dtype)

    @property
    def nbytes(self) -> int:
        """The number of bytes of the encoded weights and the bias."""
        return self.weights.nbytes + (0 if self.b is None else self.b.nbytes)

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Decode the weights and multiply; as ``Linear.forward``."""
        return Linear.from_arrays(self.W, self.b).forward(x, out)

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Do nothing: there is nothing to train."""

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:  # noqa: ARG002
        """Return the gradient of the inputs, g W, (batch, d_in)."""
        g = as_float(g, "g")
        dx: Array = np.matmul(g, self.W.astype(g.dtype, copy=False), out=out)
        return dx

    def named_parameters(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def named_gradients(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def __repr__(self) -> str:
        return f"EncodedLinear({self.d_in}, {self.d_out}, {self.weights.name!r})"


def encode_model(model: M, name: str = "NF4 double") -> M:
    """Return a copy of a model whose dense layers keep their weights in a block format.

    Parameters
    ----------
    model : MLP, FeedForward or another Model of dense layers
        Left as it is.
    name : str
        One of ``BLOCK_FORMATS``.

    Raises
    ------
    TypeError, ValueError
        If the model has no dense layers, or as ``encode``.
    """
    if not isinstance(model, Model) or not dense_slots(model):
        raise TypeError(f"model must be a Model with dense layers, got {model!r}")
    copy = deepcopy(model)
    for slot in dense_slots(copy).values():
        layer = slot.layer
        slot.fill(EncodedLinear(encode(layer.W, name), layer.b, layer.dtype))
    return copy

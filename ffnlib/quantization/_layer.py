r"""A dense layer that keeps nothing but packed numbers, and computes from them.

With weights :math:`\hat W = s\,(q - z)`, one step for each group G of columns,

.. math:: y_i = b_i + \sum_G s_{iG} \Bigl(\sum_{j \in G} q_{ij} x_j - z_{iG} \sum_{j \in G} x_j
          \Bigr) .

If the activations are quantized too, one step t for each token, :math:`x_j = t\,p_j`, the inner
sums are sums of whole numbers, exact in 32 bits.

NumPy has no product of packed numbers. It has to unpack a few rows, multiply, and forget them
again: that saves memory and costs time. A compiled kernel (``ffnlib.quantization``, extra ``fast``)
unpacks in the processor's registers.
"""

from collections.abc import Iterator
from typing import Any, Final, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.kernels import kernels_of
from ffnlib.nn import Linear
from ffnlib.quantization._levels import Grid
from ffnlib.quantization._packing import as_bits, pack, unpack
from ffnlib.quantization._quantized import Quantized, quantize

ENGINES: Final = ("auto", "numpy", "numba")
UNPACKED: Final = 1 << 18
"""So many weights are unpacked at a time, as whole rows: enough for NumPy to be quick, few enough
to be forgotten."""
TOKENS: Final = 8
"""For more tokens at once, unpacking a row for all of them is faster than the kernel."""
LONG: Final = 32
"""From so many columns on, a group's sum is computed before it is multiplied by its step."""
EXACT: Final = 1024
"""So many products of two numbers of 8 bits have a sum that float32 holds exactly."""


class QuantizedLinear(Linear):
    r"""A dense layer of packed weights, :math:`y = x \hat W^\top + b`; nothing in it is trained.

    Parameters
    ----------
    weights : Quantized
        (d_out, d_in); from ``quantize`` or ``gptq``.
    b : array_like, (d_out,), optional
        Stays a float.
    activation_bits : int, 2 to 8, optional
        Round the inputs too, symmetrically with one step a token, to so many bits.
    engine : str
        "numpy"; "numba", the compiled kernels (they serve INT8 and INT4, a few tokens at a time);
        or "auto", the kernels where numba is installed.

    Attributes
    ----------
    packed : array of uint8, (d_out, bytes)
    scale, zero_point, bits, group_size
        As in ``Quantized``.
    b : array or None

    Raises
    ------
    TypeError, ValueError
        If ``weights`` is not a ``Quantized`` of two axes, or another argument does not fit.
    ModuleNotFoundError
        For ``engine="numba"`` where it is not installed.
    """

    def __init__(
        self,
        weights: Quantized,
        b: ArrayLike | None = None,
        *,
        activation_bits: int | None = None,
        engine: str = "auto",
    ) -> None:
        if not isinstance(weights, Quantized):
            raise TypeError(f"weights must be what quantize() gives, got {type(weights).__name__}")
        if weights.q.ndim != 2:
            raise ValueError(f"weights must have shape (d_out, d_in), got {weights.shape}")
        if engine not in ENGINES:
            raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
        self._shape = int(weights.shape[0]), int(weights.shape[1])
        self.bits, self.group_size = weights.bits, weights.group_size
        self.packed = pack(weights.q, weights.bits)  # (d_out, bytes)
        self.scale: Array = np.array(weights.scale)  # (d_out, groups), or (1, 1)
        self.zero_point = None if weights.zero_point is None else np.array(weights.zero_point)
        self.b = None if b is None else np.array(as_float(b, "b"))
        if self.b is not None and self.b.shape != (self.d_out,):
            raise ValueError(f"b must have shape (d_out,) = ({self.d_out},), got {self.b.shape}")
        self.activation_bits = None if activation_bits is None else as_bits(activation_bits)
        self.engine = engine
        if engine == "numba":
            load_kernels(required=True)

    @classmethod
    def from_linear(cls, layer: Linear, bits: int = 8, **options: Any) -> Self:
        """Round the weights of a layer to the nearest levels, with steps in float16.

        ``options`` are those of ``quantize`` and of this class; errors as there.
        """
        own = {key: options.pop(key) for key in ("activation_bits", "engine") if key in options}
        weights = quantize(layer.W, bits, **{"scale_dtype": np.float16, **options})
        return cls(weights, layer.b, **own)

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return self._shape[1]

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return self._shape[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype in which a model around this layer computes."""
        return np.promote_types(self.scale.dtype, np.float32)

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The weights the levels stand for, (d_out, d_in): a new array, unpacked when asked for."""
        return self._rows(slice(None), self.dtype)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that the layer keeps, by name; not copies."""
        kept = {
            "packed": self.packed,
            "scale": self.scale,
            "zero_point": self.zero_point,
            "b": self.b,
        }
        return {name: array for name, array in kept.items() if array is not None}

    @property
    def nbytes(self) -> int:
        """The bytes of all that the layer keeps: packed weights, steps, zero points, bias."""
        return sum(array.nbytes for array in self.arrays().values())

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute the layer, in the dtype of ``x``.

        Parameters
        ----------
        x : array_like, (…, d_in)
        out : array, optional
            Where to write the result, in its shape and dtype.

        Returns
        -------
        array, (…, d_out)

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, or its last axis is not ``d_in`` long; or, with
            ``activation_bits``, if it holds nan or inf.
        """
        x = as_float(x, "x")
        if x.ndim == 0 or x.shape[-1] != self.d_in:
            raise ValueError(
                f"x must have d_in={self.d_in} numbers in its last axis, got shape {x.shape}"
            )
        flat = x.reshape(-1, self.d_in)  # (n, d_in)
        work = np.promote_types(x.dtype, np.float32)
        y = np.zeros((len(flat), self.d_out), work)
        if len(flat) and self.activation_bits is None:
            self._multiply(flat.astype(work, copy=False), y)
        elif len(flat):
            p, step = self._round(flat.astype(work, copy=False), self.activation_bits or 8)
            self._multiply(p, y)
            y *= step
        if self.b is not None:
            y += self.b.astype(work, copy=False)
        shaped = y.reshape(*x.shape[:-1], self.d_out)
        if out is None:
            return shaped.astype(x.dtype, copy=False)
        np.copyto(out, shaped, casting="same_kind")
        return out

    def _multiply(self, x: NDArray[Any], y: Array) -> None:
        """Add x W^T to y, (n, d_out): x (n, d_in) holds floats, or whole numbers in int8."""
        kernels = self._kernels(x)
        if kernels is not None and kernels.serves(self, x, y):
            kernels.multiply(self, x, y)
            return
        for rows in self._row_blocks():
            if x.dtype == np.int8 or self.group_size >= LONG:
                self._add_groups(x, y, rows)
            else:
                y[:, rows] += x @ self._rows(rows, y.dtype).T  # (n, d_in) (d_in, rows)

    def _round(self, x: Array, bits: int) -> tuple[NDArray[np.int8], Array]:
        kernels = self._kernels(x) if x.dtype == np.float32 else None
        return (round_tokens if kernels is None else kernels.round_tokens)(x, bits)

    def _kernels(self, x: NDArray[Any]) -> Any:
        return None if self.engine == "numpy" or len(x) > TOKENS else load_kernels()

    def _add_groups(self, x: NDArray[Any], y: Array, rows: slice) -> None:
        """Add a few outputs to y, (n, d_out): the inner sums first, then the step of each group."""
        work = np.promote_types(x.dtype, np.float32)
        grid, q = self._grid(rows), unpack(self.packed[rows], self.d_in, self.bits).astype(work)
        for group, columns in self._parts():
            inputs = x[:, columns].astype(work, copy=False)
            total = inputs @ q[:, columns].T  # (n, columns) (columns, rows)
            if grid.zero_point is not None:
                zero_point = grid.zero_point[:, group].astype(work)
                total -= inputs.sum(axis=1, keepdims=True) * zero_point
            y[:, rows] += total * grid.scale[:, group].astype(y.dtype)

    def _parts(self) -> Iterator[tuple[int, slice]]:
        """Walk over the groups of columns, in pieces whose sums of whole numbers are exact."""
        for start in range(0, self.d_in, self.group_size):
            stop = min(start + self.group_size, self.d_in)
            for piece in range(start, stop, EXACT):
                yield start // self.group_size, slice(piece, min(piece + EXACT, stop))

    def _row_blocks(self) -> list[slice]:
        count = max(1, UNPACKED // self.d_in)
        return [slice(start, start + count) for start in range(0, self.d_out, count)]

    def _grid(self, rows: slice) -> Grid:
        if len(self.scale) == 1:  # one step for the whole array
            rows = slice(None)
        zero_point = None if self.zero_point is None else self.zero_point[rows]
        return Grid(self.scale[rows], zero_point, self.bits)

    def _rows(self, rows: slice, dtype: np.dtype[Any]) -> Array:
        """Unpack a few rows of weights, (rows, d_in)."""
        q = unpack(self.packed[rows], self.d_in, self.bits)
        return self._grid(rows).spread(self.d_in, self.group_size).values(q, dtype)

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Do nothing: there is nothing to train."""

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:  # noqa: ARG002
        """Return the gradient of the inputs, g W, (batch, d_in), for what stands before the layer.

        The rounding of activations counts as the identity. Errors as ``Linear.backward``.
        """
        g = as_float(g, "g")
        if g.ndim != 2 or g.shape[1] != self.d_out:
            raise ValueError(f"g must have shape (batch, d_out={self.d_out}), got {g.shape}")
        dx = np.zeros((len(g), self.d_in), g.dtype) if out is None else out
        dx[...] = 0
        for rows in self._row_blocks():
            dx += g[:, rows] @ self._rows(rows, g.dtype)  # (batch, rows) (rows, d_in)
        return dx

    def named_parameters(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def named_gradients(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def __repr__(self) -> str:
        return (
            f"QuantizedLinear({self.d_in}, {self.d_out}, bits={self.bits}, "
            f"group_size={self.group_size})"
        )


def round_tokens(x: Array, bits: int) -> tuple[NDArray[np.int8], Array]:
    """Return x, (n, d_in), in whole numbers, and the step of each token, (n, 1).

    What ``quantize(x, bits, "channel")`` gives, in a fifth of the time for a single token.
    ValueError if ``x`` holds nan or inf.
    """
    most = x.dtype.type(2 ** (bits - 1) - 1)
    peak = np.abs(x).max(axis=1, keepdims=True)
    if not np.isfinite(peak).all():
        raise ValueError("x must be finite for its activations to be quantized, got inf or nan")
    tiny = np.finfo(x.dtype).smallest_subnormal
    with np.errstate(under="ignore"):
        step = np.where(peak > 0, np.maximum(peak / most, tiny), x.dtype.type(1))
        p = x / step
    return np.rint(p, out=p).astype(np.int8), step


def load_kernels(required: bool = False) -> Any:
    """Return the module of compiled kernels, or None where numba is not installed.

    ModuleNotFoundError instead of None if they are ``required``.
    """
    kernels = kernels_of("ffnlib.quantization._kernels")
    if required and kernels is None:
        raise ModuleNotFoundError("engine='numba' needs numba: pip install 'ffnlib[fast]'")
    return kernels

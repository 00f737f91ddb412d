r"""Causal self-attention: each position looks at itself and at those before it.

Of every position's vector three are made, query, key and value. A position's output is the mean of
the values, weighted by how well its query fits their keys:

.. math:: S = \frac{Q K^\top}{\sqrt{d_h}}, \quad S_{ij} = -\infty \text{ for } j > i, \qquad
          P = \operatorname{softmax}(S), \qquad O = P V ,

in several heads side by side, each :math:`d_h` wide (Vaswani et al., arXiv:1706.03762). In
grouped-query attention a few heads share their keys and values (Ainslie et al., arXiv:2305.13245).
Where things stand is told by turning queries and keys (``ffnlib.nn``). Backward pass, with G from
above:

.. math:: g_V = P^\top G, \quad g_P = G V^\top, \quad
          g_S = P \odot \bigl(g_P - \textstyle\sum_j (g_P \odot P)_{\cdot j}\bigr), \quad
          g_Q = \frac{g_S K}{\sqrt{d_h}}, \quad g_K = \frac{g_S^\top Q}{\sqrt{d_h}} .
"""

import functools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib._base.parameters import Composite, last_step
from ffnlib.nn._linear import Linear
from ffnlib.nn._softmax import softmax


def rotate(x: ArrayLike, base: float = 10_000.0, *, back: bool = False) -> Array:
    r"""Turn each position's vector by angles in proportion to the position (rotary positions).

    The numbers i and i + d/2 are a point in the plane, turned by :math:`t\,\theta_i` at position t,
    :math:`\theta_i = \mathrm{base}^{-2i/d}`. A product of a turned query and a turned key then
    depends on how far apart they stand, not on where.

    Parameters
    ----------
    x : array_like, (…, seq, d)
        d is even; positions count from 0.
    base : float, above 1
    back : bool
        Turn the other way: the inverse, and so the gradient's rotation.

    Returns
    -------
    array, (…, seq, d), in the dtype of ``x``

    Raises
    ------
    TypeError, ValueError
        If ``x`` does not hold real numbers, or d is odd.

    Notes
    -----
    Su et al. (arXiv:2104.09864, eq. 15); which numbers form a pair is a convention: here the
    halves, in the LLaMA code neighbours.
    """
    x = as_float(x, "x")
    if x.ndim < 2 or x.shape[-1] % 2:
        raise ValueError(f"x must have shape (…, seq, d) with an even d, got {x.shape}")
    half = x.shape[-1] // 2
    cos, sin = _turns(x.shape[-2], half, float(base), x.dtype)  # (seq, half) each
    first, second = x[..., :half], x[..., half:]
    sin = -sin if back else sin
    return np.concatenate([first * cos - second * sin, second * cos + first * sin], axis=-1)


@functools.lru_cache(maxsize=16)
def _turns(seq: int, half: int, base: float, dtype: np.dtype[Any]) -> tuple[NDArray[Any], ...]:
    angles = np.outer(np.arange(seq), base ** (-np.arange(half) / half))  # (seq, half), float64
    return np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)


class AttentionTrace(NamedTuple):
    """The values that attention computed in the forward pass.

    Heads that share keys stand together.
    """

    q: Array
    """Queries, turned, over the root of head_dim: (batch, n_kv_heads, share · seq, head_dim)."""
    k: Array
    """Keys, turned: (batch, n_kv_heads, seq, head_dim)."""
    v: Array
    """Values: (batch, n_kv_heads, seq, head_dim)."""
    weights: Array
    """P: (batch, n_kv_heads, share · seq, seq)."""
    mixed: Array
    """The heads' outputs, end to end: (batch · seq, n_heads · head_dim)."""


class Attention(Composite):
    r"""Causal multi-head or grouped-query attention.

    Parameters
    ----------
    d_model : int
        Length of a position's vector.
    n_heads : int
        Heads that ask.
    n_kv_heads : int, optional
        Heads of keys and values, each for ``n_heads / n_kv_heads`` that ask; as many as those if
        not given, and 1 is multi-query attention.
    rng : numpy.random.Generator
        Where the initial weights come from.
    head_dim : int, optional
        :math:`d_h`; ``d_model / n_heads`` if not given. Even, if there is a ``rope_base``.
    rope_base : float or None
        See ``rotate``; None for no positions at all.
    bias : bool
        Whether the four layers have one.
    init : str or float
        See ``ffnlib.nn.init_variance``.
    dtype : float16, float32 or float64
        Of the parameters.

    Attributes
    ----------
    query, key, value, output : Linear
        The four layers; wq, wk, wv and wo in the public LLaMA code.
    cache : callable or None
        What is done to the (turned) keys and the values before they are looked at,
        ``k, v = cache(k, v)``, such as rounding them; a gradient passes through it unchanged.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0 or do not divide each other.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        n_kv_heads: int | None = None,
        *,
        rng: np.random.Generator,
        head_dim: int | None = None,
        rope_base: float | None = 10_000.0,
        bias: bool = False,
        init: str | float = "lecun",
        dtype: DTypeLike = np.float64,
    ) -> None:
        d, heads = as_count(d_model, "d_model"), as_count(n_heads, "n_heads")
        groups = heads if n_kv_heads is None else as_count(n_kv_heads, "n_kv_heads")
        if heads % groups:
            raise ValueError(f"n_kv_heads must divide n_heads={heads}, got {groups}")
        if head_dim is None and d % heads:
            raise ValueError(f"n_heads must divide d_model={d} if head_dim is None, got {heads}")
        width = d // heads if head_dim is None else as_count(head_dim, "head_dim")
        if rope_base is not None and (width % 2 or not 1 < rope_base < np.inf):
            raise ValueError(
                f"rope_base must be above 1 and head_dim even, got {rope_base!r} and {width}"
            )
        self.n_heads, self.n_kv_heads, self.head_dim = heads, groups, width
        self.rope_base = rope_base
        more: dict[str, Any] = {"rng": rng, "bias": bias, "init": init, "dtype": dtype}
        self.query = Linear(d, heads * width, **more)
        self.key = Linear(d, groups * width, **more)
        self.value = Linear(d, groups * width, **more)
        self.output = Linear(heads * width, d, **more)
        self.cache: Callable[[Array, Array], tuple[Array, Array]] | None = None
        self._step: tuple[Array, AttentionTrace] | None = None

    @property
    def d_model(self) -> int:
        """Length of a position's vector."""
        return self.query.d_in

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Let every position look back.

        Parameters
        ----------
        x : array_like, (batch, seq, d_model)
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs; ``x`` must stay as
            it is until then.
        rng : numpy.random.Generator, optional
            Not used.

        Returns
        -------
        array, (batch, seq, d_model)
            In the dtype of ``x``; that of the parameters in training.

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers or has another shape.
        """
        x = self._checked(x)
        if training:
            x = x.astype(self.dtype, copy=False)
        step = self._compute(x)
        self._step = (x, step) if training else self._step
        return self.output.forward(step.mixed).reshape(x.shape)

    def weights(self, x: ArrayLike) -> Array:
        """Return who looks where: P, (batch, n_heads, seq, seq), each row summing to 1.

        As ``forward``.
        """
        x = self._checked(x)
        return self._compute(x).weights.reshape(len(x), self.n_heads, x.shape[1], x.shape[1])

    def _compute(self, x: Array) -> AttentionTrace:
        seq = x.shape[1]
        flat = x.reshape(-1, self.d_model)
        q, k, v = (
            self._split(layer.forward(flat), x.shape)
            for layer in (self.query, self.key, self.value)
        )
        if self.rope_base is not None:
            q, k = rotate(q, self.rope_base), rotate(k, self.rope_base)
        if self.cache is not None:
            k, v = self.cache(k, v)
        q = self._share(q)  # (batch, n_kv_heads, share · seq, head_dim)
        q *= self._scale  # here, where the numbers are fewest and cannot overflow
        scores = q @ k.swapaxes(-1, -2)  # (batch, n_kv_heads, share · seq, seq)
        each = scores.reshape(-1, seq, seq)
        each[:, np.triu(np.ones((seq, seq), bool), 1)] = -np.inf  # j > i: later than the query
        weights = softmax(each).reshape(scores.shape)
        return AttentionTrace(q, k, v, weights, self._join(self._unshare(weights @ v, seq)))

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step: fill the layers' ``dW``.

        Parameters
        ----------
        g : array_like, (batch, seq, d_model)
            The gradient of the loss with respect to the output.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Returns
        -------
        array, (batch, seq, d_model), or None if ``inputs`` is False

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        ValueError
            If ``g`` has not the output's shape.
        """
        x, (q, k, v, p, mixed) = last_step(self._step)
        g = as_float(g, "g").astype(x.dtype, copy=False)
        if g.shape != x.shape:
            raise ValueError(f"g must have the output's shape {x.shape}, got {g.shape}")
        flat = x.reshape(-1, self.d_model)
        gm = self.output.backward(mixed, g.reshape(flat.shape))  # (batch · seq, n_heads · head_dim)
        go = self._share(self._split(gm, x.shape))  # as q
        gv = p.swapaxes(-1, -2) @ go  # as v
        gs: Array = go @ v.swapaxes(-1, -2)  # first g_P, as p
        gs -= np.einsum("...ij,...ij->...i", gs, p)[..., None]  # a row's sum of g_P * P
        gs *= p
        gq: Array = self._unshare(gs @ k, x.shape[1])
        gq *= self._scale
        gk: Array = gs.swapaxes(-1, -2) @ q  # the scale is in q
        if self.rope_base is not None:
            gq, gk = rotate(gq, self.rope_base, back=True), rotate(gk, self.rope_base, back=True)
        gx: Array | None = None
        for layer, part in ((self.query, gq), (self.key, gk), (self.value, gv)):
            more = layer.backward(flat, self._join(part))  # (batch · seq, d_model)
            gx = more if gx is None else np.add(gx, more, out=gx)
        return gx.reshape(x.shape) if inputs and gx is not None else None

    @property
    def _scale(self) -> float:
        return 1 / math.sqrt(self.head_dim)  # a Python number: leaves the dtype alone

    def _split(self, a: Array, shape: tuple[int, ...]) -> Array:
        """Put heads apart: (batch · seq, heads · head_dim) to (batch, heads, seq, head_dim)."""
        return a.reshape(*shape[:2], -1, self.head_dim).swapaxes(1, 2)

    def _join(self, a: Array) -> Array:
        """Undo ``_split``; C-contiguous."""
        batch, heads, seq, width = a.shape
        return a.swapaxes(1, 2).reshape(batch * seq, heads * width)

    def _share(self, q: Array) -> Array:
        """Put heads that share a key below each other: all their queries meet it in one product."""
        return q.reshape(len(q), self.n_kv_heads, -1, self.head_dim)

    def _unshare(self, o: Array, seq: int) -> Array:
        """Undo ``_share``: (batch, n_heads, seq, head_dim)."""
        return o.reshape(len(o), self.n_heads, seq, self.head_dim)

    def _checked(self, x: ArrayLike) -> Array:
        x = as_float(x, "x")
        if x.ndim != 3 or x.shape[2] != self.d_model or 0 in x.shape:
            raise ValueError(
                f"x must have shape (batch, seq, d_model={self.d_model}), at least one position, "
                f"got {x.shape}"
            )
        return x

    def parts(self) -> dict[str, Linear]:
        """The dense layers by name."""
        return {
            "query": self.query, "key": self.key, "value": self.value, "output": self.output,
        }  # fmt: skip

    def __repr__(self) -> str:
        kv = "" if self.n_kv_heads == self.n_heads else f", n_kv_heads={self.n_kv_heads}"
        return f"Attention({self.d_model}, n_heads={self.n_heads}{kv})"

r"""A classifier whose middle is one feed-forward layer of a Transformer.

.. math:: h = x W_s^\top + b_s, \qquad u = h + \mathrm{FFN}(h), \qquad z = u W_o^\top + b_o .

The layer is the only nonlinear part, so what differs between two such classifiers of equal size is
the layer's variant.
"""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.nn._ffn import FeedForward
from ffnlib.nn._linear import Linear


class FFNClassifier(Composite):
    """A dense layer, a feed-forward layer beside a residual connection, and a dense layer.

    Parameters
    ----------
    d_in, classes : int
        Numbers of inputs and of classes.
    d_model : int
        Width of the stream that the layer reads and writes.
    d_ff : int, optional
        Hidden units; by the rule of ``hidden_size`` if not given.
    variant : str
        See ``FeedForward``.
    rng : numpy.random.Generator
        Where the initial weights come from.
    dtype : float32 or float64
        Of the parameters.

    Attributes
    ----------
    stem, head : Linear
    ffn : FeedForward
        Without biases.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, or an unknown variant.
    """

    def __init__(
        self,
        d_in: int,
        classes: int,
        d_model: int = 16,
        d_ff: int | None = None,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.stem = Linear(d_in, d_model, rng=rng, init="lecun", dtype=dtype)
        self.ffn = FeedForward(d_model, d_ff, variant, rng=rng, dtype=dtype)
        self.head = Linear(d_model, classes, rng=rng, init="lecun", dtype=dtype)
        self._step: tuple[Array, Array] | None = None

    def parts(self) -> dict[str, Trainable]:
        """Return ``stem``, ``ffn`` and ``head``."""
        return {"stem": self.stem, "ffn": self.ffn, "head": self.head}

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the logits, (batch, classes), of examples (batch, d_in).

        TypeError or ValueError as ``Linear.forward``; in training ``x`` must be a batch.
        """
        x = as_float(x, "x")
        if training:
            x = x.astype(self.dtype, copy=False)
            if x.ndim != 2 or len(x) == 0:
                raise ValueError(
                    f"x must have shape (batch, d_in), at least one row, got {x.shape}"
                )
        h = self.stem.forward(x)  # (batch, d_model)
        u = h + self.ffn.forward(h, training=training, rng=rng)
        if training:
            self._step = x, u
        return self.head.forward(u)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Fill all gradients, given that of the logits, (batch, classes); give that of ``x``.

        RuntimeError if no ``forward(x, training=True)`` came before; ValueError for another shape.
        """
        x, u = last_step(self._step)
        g = as_float(g, "g").astype(self.dtype, copy=False)
        if g.shape != (len(x), self.head.d_out):
            raise ValueError(f"g must have shape {(len(x), self.head.d_out)}, got {g.shape}")
        gu = self.head.backward(u, g)  # (batch, d_model)
        through = self.ffn.backward(gu)
        gh = gu if through is None else gu + through
        if not inputs:
            self.stem.fill_gradients(x, gh)
            return None
        return self.stem.backward(x, gh)

    def __repr__(self) -> str:
        return f"FFNClassifier({self.stem.d_in}, {self.head.d_out}, {self.ffn!r})"

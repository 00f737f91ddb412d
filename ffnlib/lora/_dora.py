r"""DoRA: length and direction of each row of weights, trained apart.

.. math:: V = W + \frac{\alpha}{r} B A, \qquad W'_i = m_i\, \frac{V_i}{\|V_i\|}

for each output i. The lengths m start as those of W's rows, so the layer starts as it was. As the
paper proposes, :math:`\|V_i\|` counts as a constant in the backward pass (Liu et al.,
arXiv:2402.09353, section 4.3).
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array
from ffnlib._base.parameters import Trainable
from ffnlib.lora._layer import Frozen, LoRALinear
from ffnlib.nn import dense_slots

M = TypeVar("M", bound=Trainable)


class DoRALinear(LoRALinear):
    """A frozen layer whose rows get trained lengths, and directions from a low-rank update.

    Parameters
    ----------
    base, rank, alpha, rng
        As ``LoRALinear``. It carries this one adapter.

    Attributes
    ----------
    m : array, (d_out,)
        The lengths of the rows.
    dm : array, (d_out,), or None
        The gradient of ``m``.

    Raises
    ------
    TypeError, ValueError
        As ``LoRALinear``; or if a row of the base's weights is 0, which has no direction.
    """

    def __init__(
        self, base: Any, rank: int, alpha: float | None = None, *, rng: np.random.Generator
    ) -> None:
        super().__init__(base, rank, alpha, rng=rng)
        self.m: Array = np.linalg.norm(self.base.W, axis=1)
        if not self.m.all():
            raise ValueError(f"base must have no row of zeros, got one at {int(self.m.argmin())}")
        self.dm: Array | None = None

    @property
    def ratio(self) -> Array:
        """What each output of the layer without lengths is multiplied by, (d_out,)."""
        factor: Array = self.m / np.linalg.norm(self.base.W + self.adapter.delta(), axis=1)
        return factor

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The weights that the layer computes with, (d_out, d_in): a new array."""
        weights: Array = self.base.W
        if self.merged:
            return weights
        return np.asarray((weights + self.adapter.delta()) * self.ratio[:, None])

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute base and update, and give each output its length; as ``Linear.forward``."""
        y = super().forward(x, out)
        return y if self.merged else self._lengthen(y)

    def _lengthen(self, y: Array) -> Array:
        b = 0 if self.b is None else self.b.astype(y.dtype, copy=False)
        y -= b
        y *= self.ratio.astype(y.dtype, copy=False)
        y += b
        return y

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Write the gradients of A, B and m."""
        x, g = self._checked(x, g)
        self._refuse_merged("backward")
        ratio = self.ratio
        plain = super().forward(x) - (0 if self.b is None else self.b)  # x Vᵀ
        self.dm = np.asarray(np.sum(g * plain, axis=0) * ratio / self.m, self.m.dtype)
        self.adapter.fill_gradients(x, np.asarray(g * ratio))

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:
        """Fill the gradients, and give that of the inputs; as ``LoRALinear.backward``."""
        x, g = self._checked(x, g)
        self.fill_gradients(x, g)
        through = np.asarray(g * self.ratio)
        dx = Frozen.backward(self, x, through, out)
        dx += (through @ self.B * self.scale) @ self.A
        return dx

    def merge(self) -> None:
        """Write the weights into the base, in place; this cannot be undone.

        Errors as ``LoRALinear.merge``.
        """
        self._refuse_merged("merge")
        if not isinstance(vars(self.base).get("W"), np.ndarray):
            raise TypeError(f"merge needs a base with floating-point weights, got {self.base!r}")
        self.base.W[...] = self.W
        self.merged = True

    def unmerge(self) -> None:
        """Raise RuntimeError: the lengths of the old rows are gone."""
        raise RuntimeError("unmerge is not possible with DoRA: keep a copy of the base instead")

    def add_adapter(
        self, name: str, rank: int, alpha: float | None = None, *, rng: np.random.Generator
    ) -> None:
        """Add the one adapter; ValueError for a second."""
        if self.adapters:
            raise ValueError(f"a DoRALinear carries one adapter, so there is no room for {name!r}")
        super().add_adapter(name, rank, alpha, rng=rng)

    def named_parameters(self) -> dict[str, Array]:
        """Return A, B and m; not copies."""
        return {**super().named_parameters(), "m": self.m}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients of A, B and m; RuntimeError if there are none yet."""
        found = super().named_gradients()
        assert self.dm is not None  # written with the others
        return {**found, "m": self.dm}

    def __repr__(self) -> str:
        return f"DoRALinear({self.base!r}, {self.adapter!r})"


def adapt_dora(
    model: M,
    rank: int,
    alpha: float | None = None,
    *,
    rng: np.random.Generator,
    layers: Iterable[str] | None = None,
) -> M:
    """Put DoRA on dense layers of a model, in place, and freeze the other layers.

    Parameters, result and errors as ``adapt``. What is trained can be kept with ``model.save``.
    """
    slots = dense_slots(model)
    chosen = list(slots if layers is None else layers)
    for path in chosen:
        if path not in slots:
            raise ValueError(f"layers must be among {', '.join(slots)}; got {path!r}")
    for path, slot in slots.items():
        layer = slot.layer
        if isinstance(layer, LoRALinear):
            raise ValueError(f"{path} already has an adapter")
        base = layer.base if isinstance(layer, Frozen) else layer
        slot.fill(DoRALinear(base, rank, alpha, rng=rng) if path in chosen else Frozen(base))
    return model

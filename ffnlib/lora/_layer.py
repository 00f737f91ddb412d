r"""A dense layer whose weights stay as they are while a low-rank update of them is trained.

.. math:: y = x W^\top + b + \frac{\alpha}{r}\,(x A^\top)\, B^\top

W and b are frozen: nothing writes to them, except ``merge``, which adds the update to W so that the
layer costs no more than before. Hu et al. (2021, arXiv:2106.09685). The mathematics of the update
is in ``ffnlib.lora``; here is the layer that carries one, or several by name.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib.lora._adapter import Adapter
from ffnlib.nn import Linear

DEFAULT: Final[str] = "default"
"""Name of an adapter that was given none."""


class Frozen(Linear):
    """A dense layer that passes gradients on and has no parameters for training to change.

    Parameters
    ----------
    base : Linear
        Its arrays are used, not copied. Anything will do that has ``d_in``, ``d_out``, ``dtype``,
        ``b``, ``forward(x)``, and ``W``, (d_out, d_in), if only computed when asked for.
    """

    def __init__(self, base: Any) -> None:
        for needed in ("d_in", "d_out", "dtype", "b", "W", "forward"):
            if not hasattr(base, needed):
                raise TypeError(f"base must be a dense layer with {needed}, got {base!r}")
        self.base = base

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The weights that the layer computes with, (d_out, d_in)."""
        weights: Array = self.base.W
        return weights

    @property
    def b(self) -> Array | None:  # type: ignore[override]
        """The bias, (d_out,), or None."""
        bias: Array | None = self.base.b
        return bias

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return int(self.base.d_in)

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return int(self.base.d_out)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the base layer's numbers."""
        kind: np.dtype[Any] = np.dtype(self.base.dtype)
        return kind

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute the base; as ``Linear.forward``."""
        y: Array = self.base.forward(x) if out is None else self.base.forward(x, out=out)
        return y

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Do nothing: there is nothing to train."""

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:  # noqa: ARG002
        """Return the gradient of the inputs, g W, (batch, d_in)."""
        g = as_float(g, "g")
        dx: Array = np.matmul(g, self.base.W.astype(g.dtype, copy=False), out=out)
        return dx

    def named_parameters(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def named_gradients(self) -> dict[str, Array]:
        """Return no array."""
        return {}

    def __repr__(self) -> str:
        return f"Frozen({self.base!r})"


class LoRALinear(Frozen):
    r"""A frozen layer with a low-rank update, :math:`W + (\alpha/r) B A`; training changes A and B.

    Parameters
    ----------
    base : Linear
        Used, not copied; see ``Frozen``.
    rank : int, from 1 to min(d_in, d_out)
    alpha : float, optional
        The rank if not given.
    rng : numpy.random.Generator
        Where A comes from; B starts at zero.
    name : str
        Of the adapter; more can be added.

    Attributes
    ----------
    base : Linear
    adapters : dict of str to Adapter
    active : str or None
        The adapter that counts; None means the base alone.

    Raises
    ------
    TypeError, ValueError
        If the base is no dense layer, the rank is not one of its ranks, or ``alpha`` is not above
        0.
    """

    def __init__(
        self,
        base: Any,
        rank: int,
        alpha: float | None = None,
        *,
        rng: np.random.Generator,
        name: str = DEFAULT,
    ) -> None:
        super().__init__(base)
        self.adapters: dict[str, Adapter] = {}
        self.active: str | None = None
        self.merged = False
        self.add_adapter(name, rank, alpha, rng=rng)
        self.active = name

    def add_adapter(
        self, name: str, rank: int, alpha: float | None = None, *, rng: np.random.Generator
    ) -> None:
        """Add a fresh adapter under a new name, without using it yet. ValueError as above."""
        if not name or name in self.adapters:
            raise ValueError(f"name must be a new one, not among {list(self.adapters)}: {name!r}")
        self.adapters[name] = Adapter(
            self.d_in, self.d_out, rank, alpha, rng=rng, dtype=self.dtype, layer=repr(self.base)
        )

    def use(self, name: str | None) -> None:
        """Switch to another adapter, or to none; the base is not touched.

        ValueError if there is none of this name, RuntimeError while one is merged.
        """
        if name is not None and name not in self.adapters:
            raise ValueError(f"name must be None or one of {list(self.adapters)}, got {name!r}")
        self._refuse_merged("use")
        self.active = name

    @property
    def adapter(self) -> Adapter:
        """The active adapter; RuntimeError if there is none."""
        if self.active is None:
            raise RuntimeError("no adapter is active: call use(name) first")
        return self.adapters[self.active]

    @property
    def A(self) -> Array:  # noqa: N802
        """The active adapter's A, (rank, d_in)."""
        return self.adapter.A

    @property
    def B(self) -> Array:  # noqa: N802
        """The active adapter's B, (d_out, rank)."""
        return self.adapter.B

    @property
    def rank(self) -> int:
        """The active adapter's rank."""
        return self.adapter.rank

    @property
    def scale(self) -> float:
        """The active adapter's alpha/rank."""
        return self.adapter.scale

    @property
    def W(self) -> Array:  # type: ignore[override]  # noqa: N802
        """The weights that the layer computes with, (d_out, d_in): a new array unless merged."""
        weights: Array = self.base.W
        return weights + self.adapter.delta() if self._adds else weights

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute base and update, (batch, d_out); as ``Linear.forward``."""
        x = as_float(x, "x")
        y = super().forward(x, out)
        if self._adds:
            self.adapter.add_to(y, x)
        return y

    def fill_gradients(self, x: ArrayLike, g: ArrayLike) -> None:
        """Write the gradients of A and B; as ``backward``."""
        if self.active is not None:
            self._refuse_merged("backward")
            self.adapter.fill_gradients(*self._checked(x, g))

    def backward(self, x: ArrayLike, g: ArrayLike, out: Array | None = None) -> Array:
        """Fill the gradients of A and B, and give that of the inputs, (batch, d_in).

        Parameters and errors as ``Linear.backward``; RuntimeError while the adapter is merged.
        """
        x, g = self._checked(x, g)
        dx = super().backward(x, g, out)  # g W, the frozen part
        if self.active is not None:
            self._refuse_merged("backward")
            self.adapter.backward(x, g, dx)
        return dx

    def merge(self) -> None:
        """Add the update to the base's weights, in place: the layer then costs what the base does.

        All that use this base see the change. RuntimeError if it is merged already or no adapter is
        active; TypeError if the base has no weights that can be added to.
        """
        self._refuse_merged("merge")
        if not isinstance(vars(self.base).get("W"), np.ndarray):
            raise TypeError(f"merge needs a base with floating-point weights, got {self.base!r}")
        self.base.W += self.adapter.delta()
        self.merged = True

    def unmerge(self) -> None:
        """Subtract the update again; exact up to the rounding of two additions. RuntimeError."""
        if not self.merged:
            raise RuntimeError("unmerge must follow merge; nothing is merged")
        self.base.W -= self.adapter.delta()
        self.merged = False

    @property
    def _adds(self) -> bool:
        return self.active is not None and not self.merged

    def _refuse_merged(self, action: str) -> None:
        if self.merged:
            raise RuntimeError(
                f"{action} is not possible while adapter {self.active!r} is merged into the base: "
                "call unmerge() first"
            )

    def _checked(self, x: ArrayLike, g: ArrayLike) -> tuple[Array, Array]:
        x, g = as_float(x, "x"), as_float(g, "g")
        if x.ndim != 2 or x.shape[1] != self.d_in or g.shape != (len(x), self.d_out):
            raise ValueError(
                f"x and g must have the shapes (batch, {self.d_in}) and (batch, {self.d_out}), got "
                f"{x.shape} and {g.shape}"
            )
        return x, g

    def named_parameters(self) -> dict[str, Array]:
        """Return A and B of the active adapter; not copies, and nothing of the base."""
        if self.active is None:
            return {}
        return {"A": self.A, "B": self.B}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients of A and B; RuntimeError if there are none yet."""
        if self.active is None:
            return {}
        dA, dB = self.adapter.dA, self.adapter.dB
        if dA is None or dB is None:
            raise RuntimeError("there are no gradients yet: call forward and backward first")
        return {"A": dA, "B": dB}

    def __repr__(self) -> str:
        return f"LoRALinear({self.base!r}, {self.adapters}, active={self.active!r})"

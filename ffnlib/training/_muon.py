r"""Muon: a step of the same size in every direction of a weight matrix.

The gradient G of a hidden matrix, :math:`G = \sum_i \sigma_i u_i v_i^\top`, is often dominated by
a few directions. Muon sets all :math:`\sigma_i` to about 1. No singular value decomposition is
needed: the Newton–Schulz iteration

.. math:: X \leftarrow a X + b\,(X X^\top) X + c\,(X X^\top)^2 X

applies the polynomial :math:`a\sigma + b\sigma^3 + c\sigma^5` to every singular value and leaves
the directions alone. A few rounds bring all that are not tiny near 1. With momentum, and the factor
:math:`0.2 \sqrt{\max(d_{out}, d_{in})}` that makes the entries of a step as large as Adam's
typically are (Jordan et al., 2024; Liu et al., arXiv:2502.16982).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib.training._optimizers import Adam, Optimizer, Schedule, from_0_to_below_1

COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
"""a, b and c: chosen by the authors to lift small singular values fast."""


def orthogonalize(g: ArrayLike, rounds: int = 5) -> Array:
    """Return a matrix with the singular vectors of ``g``, and singular values near 1.

    Parameters
    ----------
    g : array_like, (d_out, d_in)
    rounds : int, 0 or more
        Of the Newton–Schulz iteration; 0 only divides by the length of all entries.

    Raises
    ------
    TypeError, ValueError
        If ``g`` is not a matrix of real numbers, or ``rounds`` not a whole number from 0.

    Examples
    --------
    >>> g = np.diag([1.0, 0.5, 0.1])
    >>> print(np.linalg.svd(orthogonalize(g))[1].round(1))
    [1.1 0.7 0.7]
    """
    a = as_float(g, "g")
    if a.ndim != 2:
        raise ValueError(f"g must be a matrix (d_out, d_in), got shape {a.shape}")
    x = a.T if a.shape[0] > a.shape[1] else a  # the smaller product
    x = x / (np.linalg.norm(x) + 1e-7)  # no singular value above 1
    one, three, five = COEFFICIENTS
    for _ in range(as_count(rounds, "rounds", least=0)):
        square = x @ x.T
        x = one * x + (three * square + five * square @ square) @ x
    return np.asarray(x.T if a.shape[0] > a.shape[1] else x, a.dtype)


class Muon(Optimizer):
    r"""Muon for matrices, and Adam for all other parameters.

    Parameters
    ----------
    parameters, learning_rate
        As ``Optimizer``.
    momentum : float, from 0 to below 1
        Of the matrices, with a look ahead as in ``Nesterov``.
    weight_decay : float, 0 or more
        Of the matrices, which shrink by :math:`1 - \eta\lambda` in each step.

    Notes
    -----
    The source uses Adam for embeddings and for the head too. To do so, make one optimizer of each
    kind for its own part of the parameters.
    """

    def __init__(
        self,
        parameters: Sequence[Array],
        learning_rate: float | Schedule = 1e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = from_0_to_below_1(momentum, "momentum")
        self.matrices = [p for p in parameters if p.ndim == 2]
        others = [p for p in parameters if p.ndim != 2]
        self.adam = Adam(others, self.schedule) if others else None
        self.velocities = [np.zeros_like(p) for p in self.matrices]

    def step(self, gradients: Sequence[Array]) -> None:
        """Change the parameters; as ``Optimizer.step``."""
        shapes = [g.shape for g in gradients]
        if shapes != self._shapes:
            raise ValueError(
                f"gradients must have the parameters' shapes {self._shapes}, got {shapes}"
            )
        rate = self.learning_rate
        self.steps += 1
        matrices = [g for g in gradients if g.ndim == 2]
        for w, v, g in zip(self.matrices, self.velocities, matrices, strict=True):
            v += (1 - self.momentum) * (g - v)
            ahead = g + self.momentum * (v - g)
            w *= 1 - rate * self.weight_decay
            w -= rate * 0.2 * max(w.shape) ** 0.5 * orthogonalize(ahead)
        if self.adam is not None:
            self.adam.step([g for g in gradients if g.ndim != 2])

    def state_arrays(self) -> list[Array]:
        """Return the velocities and what Adam remembers; not copies."""
        return self.velocities + ([] if self.adam is None else self.adam.state_arrays())

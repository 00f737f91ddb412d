r"""Training that is looked at: what one step did, and what the network is like after it.

A loss says that something is wrong, often late. What a step changes says it earlier: the size of
each layer's gradient, the size of the change against that of the weights,

.. math:: r_l = \lVert \Delta W_l \rVert / \lVert W_l \rVert ,

and on a fixed batch of examples, the *probe*, how many units can still learn.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Trainable
from ffnlib.nn import MLP, Loss, cross_entropy
from ffnlib.training import Optimizer, activation_statistics, at_least_0, gradient_norms


class Reading(NamedTuple):
    """The readings after one step of training."""

    loss: float
    """The loss of the batch, before the step."""
    gradient_norms: tuple[float, ...]
    """The norm of each layer's gradient, W and b together, before clipping."""
    update_ratios: tuple[float, ...]
    """Change of each layer's weights over their size, both as Euclidean norms."""
    dead: tuple[float, ...]
    """Share of each hidden layer's units whose slope is 0 on every example of the probe."""
    flat: tuple[float, ...]
    """Share of the places, units times examples of the probe, whose slope is below 0.01 in size."""
    spread: tuple[float, ...]
    """Standard deviation of each layer's outputs on the probe."""

    @property
    def gradient_norm(self) -> float:
        """The norm of the gradient of all layers together."""
        return float(np.sqrt(np.sum(np.square(self.gradient_norms))))

    @property
    def finite(self) -> bool:
        """Whether loss, gradients and changes are all numbers."""
        return bool(np.isfinite([self.loss, *self.gradient_norms, *self.update_ratios]).all())


def update_ratios(before: Sequence[ArrayLike], after: Sequence[ArrayLike]) -> Array:
    """Compare the change of each array with its size before, both as Euclidean norms.

    Parameters
    ----------
    before, after : sequences of array_like
        The same arrays before and after a step, ``[layer.W for layer in model.layers]`` for
        example. What training changes in place must have been copied.

    Returns
    -------
    array, (arrays,), float64
        0 where nothing changed; infinite where an array that was 0 did.

    Raises
    ------
    TypeError, ValueError
        If number or shapes differ.

    Notes
    -----
    A rule of thumb puts it somewhere around 1e-3 in a training that goes well (Karpathy, notes of
    the course CS231n, "Neural Networks Part 3", https://cs231n.github.io/neural-networks-3/).
    """
    if len(before) != len(after):
        raise ValueError(
            f"before and after must hold the same arrays, got {len(before)} and {len(after)}"
        )
    ratios = []
    for i, (old, new) in enumerate(zip(before, after, strict=True)):
        a, b = as_float(old, f"before[{i}]"), as_float(new, f"after[{i}]")
        if a.shape != b.shape:
            raise ValueError(
                f"before[{i}] and after[{i}] must have one shape, got {a.shape} and {b.shape}"
            )
        change, size = float(np.linalg.norm(b - a)), float(np.linalg.norm(a))
        ratios.append(change / size if size else (np.inf if change else 0.0))
    return np.array(ratios, dtype=np.float64)


def clip_gradients(model: Trainable, limit: float) -> float:
    r"""Shorten the gradients to a common norm of at most ``limit``; their direction stays.

    .. math:: g \leftarrow g \cdot \min(1, \text{limit} / \lVert g \rVert)

    over all arrays together (Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063, algorithm 1).

    Parameters
    ----------
    model : Trainable
        After ``backward``; its gradients are changed in place.
    limit : float
        Above 0.

    Returns
    -------
    float
        The norm before. If that is not finite, the gradients stay as they are.

    Raises
    ------
    ValueError
        If ``limit`` is not above 0 and finite.
    RuntimeError
        If there are no gradients yet.
    """
    if not 0 < limit < np.inf:
        raise ValueError(f"limit must be a finite number above 0, got {limit!r}")
    norm = float(np.sqrt(np.sum(np.square(gradient_norms(model)))))
    if np.isfinite(norm) and norm > limit:
        for g in model.gradients():
            g *= limit / norm
    return norm


def watched_step(
    model: MLP, optimizer: Optimizer, x: ArrayLike, y: ArrayLike, probe: ArrayLike,
    loss: Loss = cross_entropy, rng: np.random.Generator | None = None, clip: float = 0.0,
) -> Reading:  # fmt: skip
    """Take one step of training, as ``ffnlib.training.train_step``, and look at all of it.

    Parameters
    ----------
    model : MLP
    optimizer : Optimizer
        Made for ``model.parameters()``.
    x, y : array_like
        The batch, (batch, d_in), and its targets.
    probe : array_like, (examples, d_in)
        Examples that are looked at, not learned from: always the same ones.
    loss : Loss
    rng : numpy.random.Generator, optional
        Needed for dropout.
    clip : float
        Longest gradient, see ``clip_gradients``; 0 for no limit.

    Returns
    -------
    Reading

    Raises
    ------
    TypeError, ValueError
        As ``train_step`` and ``activation_statistics``, or for a ``clip`` below 0.

    Notes
    -----
    A training that diverges is no error: what is read is then inf or nan.
    """
    at_least_0(clip, "clip")
    before = [layer.W.copy() for layer in model.layers]
    with np.errstate(over="ignore", invalid="ignore"):
        output = model.forward(x, training=True, rng=rng)
        value, g = loss.with_gradient(output, y)
        model.backward(g, inputs=False)
        norms = gradient_norms(model)
        if clip:
            clip_gradients(model, clip)
        optimizer.step(model.gradients())
        statistics = activation_statistics(model, probe)
        return Reading(
            float(value),
            tuple(norms.tolist()),
            tuple(update_ratios(before, [layer.W for layer in model.layers]).tolist()),
            tuple(s.dead for s in statistics[:-1]),
            tuple(s.saturated for s in statistics[:-1]),
            tuple(s.std for s in statistics),
        )

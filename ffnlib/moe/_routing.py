r"""Which experts a token goes to, and how much each counts.

A router gives every token one logit for each of N experts. The k largest are kept, and the softmax
of those k logits alone are the **gates**: they sum to 1 whatever the other logits are,

.. math:: g_{bj} = \frac{e^{z_{b,i_j}/T}}{\sum_{l=1}^{k} e^{z_{b,i_l}/T}},
          \qquad i_1, \dots, i_k \text{ the experts of the } k \text{ largest } z_{b\cdot}.

Sources: Shazeer et al. (arXiv:1701.06538) for the noise; Jiang et al. (arXiv:2401.04088, section
2.1) for the softmax after the choice; Lepikhin et al. (arXiv:2006.16668) and Fedus et al.
(arXiv:2101.03961) for capacity. What keeps the experts equally busy is in ``balancing``, and can be
imported from here.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, as_rng
from ffnlib.moe._balancing import (
    Indices,
    Sinkhorn,
    checked_indices,
    checked_logits,
    expert_shares,
    load_balancing_loss,
    router_z_loss,
    sinkhorn,
)
from ffnlib.nn import softmax, softmax_pull_back

__all__ = [
    "Sinkhorn", "TopK", "assign", "capacity", "expert_shares", "gates_gradient",
    "load_balancing_loss", "noisy_logits", "router_z_loss", "sinkhorn", "softmax_of_chosen",
    "top_k_gates",
]  # fmt: skip


class TopK(NamedTuple):
    """The experts of each token, best first."""

    indices: Indices
    """Their numbers, (batch, k) int64."""
    gates: Array
    """The factors of their outputs, (batch, k); each row sums to 1."""


def top_k_gates(logits: ArrayLike, k: int, *, temperature: float = 1.0) -> TopK:
    """Choose the ``k`` experts with the largest logits, and weigh them.

    Parameters
    ----------
    logits : array_like, (batch, N)
        -inf rules an expert out: it is chosen only if there are fewer than ``k`` others, and then
        counts 0.
    k : int, from 1 to N
    temperature : float, above 0
        T: below 1 the best expert gets nearly all, above it they come closer. It does not change
        who is chosen.

    Returns
    -------
    TopK
        ``(indices, gates)``, both (batch, k), best first; of equal logits, the expert with the
        lower number first. The gates have the dtype of ``logits``.

    Raises
    ------
    TypeError, ValueError
        If ``k`` is not a whole number from 1 to N, the batch is empty, a logit is nan or +inf, a
        row is all -inf, or ``temperature`` is not above 0.
    """
    z = checked_logits(logits)
    k = checked_top_k(k, z.shape[1], "k")
    # ascending and stable on -z, so that among equals the first one wins
    indices = np.argsort(-z, axis=1, kind="stable")[:, :k].astype(np.int64, copy=False)
    chosen = z[np.arange(len(z))[:, None], indices]  # (batch, k), the largest first
    if temperature != 1 or z.dtype == np.float16:
        return TopK(indices, softmax(chosen, temperature=temperature))
    with np.errstate(all="ignore"):  # a difference beyond the dtype's range is -inf: a gate of 0
        chosen -= chosen[:, :1].copy()
        np.exp(chosen, out=chosen)
        chosen /= chosen.sum(axis=1, keepdims=True)
    return TopK(indices, chosen)


def softmax_of_chosen(logits: ArrayLike, indices: ArrayLike, *, temperature: float = 1.0) -> Array:
    """Weigh experts that something else has chosen: softmax over their logits only, (batch, k).

    Parameters
    ----------
    logits : array_like, (batch, N)
    indices : array_like of int, (batch, k)
        At least one with a finite logit in each row.
    temperature : float, above 0

    Raises
    ------
    TypeError, ValueError
        As ``top_k_gates``; or if ``indices`` do not fit the logits.
    """
    z = checked_logits(logits)
    chosen = checked_indices(indices, z.shape[1], len(z))
    return softmax(np.take_along_axis(z, chosen, axis=1), temperature=temperature)


def gates_gradient(top: TopK, g: ArrayLike, num_experts: int, *, temperature: float = 1.0) -> Array:
    r"""Send a gradient of the gates back to the logits.

    .. math:: \frac{\partial J}{\partial z_{b,i_j}}
              = \frac{g_{bj}}{T}\Bigl(\gamma_{bj} - \sum_l \gamma_{bl}\, g_{bl}\Bigr)

    with :math:`\gamma` the gradient of the gates :math:`g`; 0 for the experts not chosen.

    Parameters
    ----------
    top : TopK
        What ``top_k_gates`` gave.
    g : array_like, (batch, k)
        :math:`\gamma`.
    num_experts : int
        N.
    temperature : float

    Returns
    -------
    array, (batch, N), in the dtype of the gates
    """
    indices, gates = top
    indices = checked_indices(indices, as_count(num_experts, "num_experts"))
    g = as_float(g, "g")
    if g.shape != gates.shape:
        raise ValueError(f"g must have the shape of the gates, {gates.shape}, got {g.shape}")
    chosen = softmax_pull_back(gates, g)  # (batch, k)
    chosen /= temperature
    dz = np.zeros((len(gates), num_experts), gates.dtype)
    np.put_along_axis(dz, indices, chosen, axis=1)
    return dz


def noisy_logits(logits: ArrayLike, rng: np.random.Generator, std: ArrayLike = 1.0) -> Array:
    r"""Add normal noise, :math:`z + \sigma \epsilon`, so that other experts are tried.

    Parameters
    ----------
    logits : array_like, (batch, N)
    rng : numpy.random.Generator
    std : array_like, 0 or more
        :math:`\sigma`: one number, or one for each logit. Shazeer et al. learn it, as the softplus
        of a second linear layer.

    Returns
    -------
    array, (batch, N), in the dtype of ``logits``

    Raises
    ------
    TypeError, ValueError
        If ``std`` is negative or not finite, or its shape does not fit; else as ``top_k_gates``.
    """
    z = checked_logits(logits)
    sigma = as_float(std, "std")
    if not (np.isfinite(sigma).all() and (sigma >= 0).all()):
        raise ValueError("std must hold finite numbers, 0 or more")
    if np.broadcast_shapes(sigma.shape, z.shape) != z.shape:
        raise ValueError(f"std must be one number or have shape {z.shape}, got {sigma.shape}")
    noisy: Array = (z + sigma * as_rng(rng).standard_normal(z.shape)).astype(z.dtype, copy=False)
    return noisy


def capacity(num_tokens: int, num_experts: int, k: int, factor: float = 1.25) -> int:
    r"""Return how many places an expert has, :math:`\lceil c\,k m / N \rceil`.

    Parameters
    ----------
    num_tokens : int
        m.
    num_experts : int
        N.
    k : int
        Experts for each token.
    factor : float, above 0
        c: 1 is just enough when all are equally busy.

    Raises
    ------
    TypeError, ValueError
        If a count is not a whole number above 0, ``k`` is more than ``num_experts``, or ``factor``
        is not a finite number above 0.
    """
    num_tokens = as_count(num_tokens, "num_tokens")
    num_experts = as_count(num_experts, "num_experts")
    k = checked_top_k(k, num_experts, "k")
    if not 0 < factor < math.inf:
        raise ValueError(f"factor must be a finite number above 0, got {factor!r}")
    # 1.1 means eleven tenths, not the binary number just above them, which would round up
    exact = Fraction(factor).limit_denominator(1_000_000) or Fraction(factor)
    return max(1, math.ceil(exact * k * num_tokens / num_experts))


def assign(indices: ArrayLike, num_experts: int, capacity: int) -> NDArray[np.bool_]:
    """Return each token its places at the experts, until an expert is full.

    First choices are served before second ones, and earlier tokens before later ones.

    Parameters
    ----------
    indices : array_like of int, (batch, k)
        The experts each token was sent to, best first.
    num_experts : int
    capacity : int
        Places an expert has.

    Returns
    -------
    bool array, (batch, k)
        Whether the place was given. ``(~kept).sum()`` places were dropped; a token all of whose
        places are dropped gets nothing from the layer but what goes around it.

    Raises
    ------
    TypeError, ValueError
        If ``indices`` is not a filled (batch, k) array of whole numbers below ``num_experts``, or
        ``capacity`` not a whole number from 0.
    """
    num_experts, capacity = as_count(num_experts, "num_experts"), as_count(capacity, "capacity", 0)
    chosen = checked_indices(indices, num_experts)
    queue = chosen.T.reshape(-1)  # (k * batch,) in the order of serving
    order = np.argsort(queue, kind="stable")  # one expert's queue after the other's
    starts = np.searchsorted(queue[order], np.arange(num_experts))  # (num_experts,)
    place = np.empty(len(queue), np.int64)  # in the queue of its expert
    place[order] = np.arange(len(queue)) - starts[queue[order]]
    kept: NDArray[np.bool_] = (place < capacity).reshape(chosen.T.shape).T
    return kept


def checked_top_k(k: int, num_experts: int, name: str = "top_k") -> int:
    """Return ``k`` if it is a whole number from 1 to ``num_experts``."""
    if as_count(k, name, least=-(2**62)) < 1 or k > num_experts:
        raise ValueError(f"{name} must be between 1 and num_experts={num_experts}, got {k}")
    return int(k)

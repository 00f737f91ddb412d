r"""Keeping a router's experts equally busy.

With N experts and a batch of m tokens, each sent to k experts, let

- :math:`f_i` be the share of the m·k places that expert i got (it does not depend smoothly on
  anything: it counts), and
- :math:`P_i = \frac1m \sum_b p_{bi}` its mean router probability (it does).

The Switch loss :math:`\alpha N \sum_i f_i P_i` pulls down the probability of the experts that got
much. It is :math:`\alpha` when all shares are 1/N and :math:`\alpha N` when one expert gets
everything with certainty. It is added to the loss of the task. Each loss stands with its gradient.

Sources: Fedus, Zoph and Shazeer (arXiv:2101.03961, equations 4 to 6); Zoph et al.
(arXiv:2202.08906, equation 5); Clark et al. (arXiv:2202.01169) for routing by Sinkhorn.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib.nn import logsumexp, softmax

Indices = NDArray[np.int64]
"""Numbers of experts, (batch, k)."""


def expert_shares(indices: ArrayLike, num_experts: int) -> NDArray[np.float64]:
    """Return the share of all places that each expert got, (num_experts,), summing to 1.

    Parameters
    ----------
    indices : array_like of int, (batch, k)
        The experts each token was sent to.
    num_experts : int

    Raises
    ------
    TypeError, ValueError
        If ``indices`` is not a filled (batch, k) array of whole numbers below ``num_experts``.
    """
    num_experts = as_count(num_experts, "num_experts")
    chosen = checked_indices(indices, num_experts)
    counts = np.bincount(chosen.reshape(-1).astype(np.intp, copy=False), minlength=num_experts)
    return counts / chosen.size


class LoadBalancingLoss:
    r"""The Switch loss, :math:`\alpha N \sum_i f_i P_i`.

    N times the product of shares, so that its size does not depend on the number of experts. The
    minimum lies at equal shares only as long as :math:`f = P`; where the two differ it can be
    below :math:`\alpha`.
    """

    name = "load_balancing_loss"

    def __call__(self, probabilities: ArrayLike, indices: ArrayLike, alpha: float = 1e-2) -> float:
        """Return the loss.

        Parameters
        ----------
        probabilities : array_like, (batch, N)
            The router's softmax over all experts, before any are chosen.
        indices : array_like of int, (batch, k)
            The experts each token was sent to.
        alpha : float, 0 or more
            Its weight beside the loss of the task.

        Raises
        ------
        TypeError, ValueError
            If ``probabilities`` are not probabilities or the batch is empty, ``indices`` do not
            fit them, or ``alpha`` is negative or not finite.
        """
        p, f, alpha = _probabilities_and_shares(probabilities, indices, alpha)
        return alpha * len(f) * float(f @ p.mean(axis=0, dtype=np.float64))

    def gradient(self, probabilities: ArrayLike, indices: ArrayLike, alpha: float = 1e-2) -> Array:
        r"""Return :math:`\partial L/\partial p_{bi} = \alpha N f_i / m`, in shape and dtype of p.

        The shares f count, so nothing flows through them. Arguments and errors as above.
        """
        p, f, alpha = _probabilities_and_shares(probabilities, indices, alpha)
        g = np.empty_like(p)
        g[...] = alpha * len(f) / len(p) * f
        return g

    def __repr__(self) -> str:
        return "<loss load_balancing_loss>"


class RouterZLoss:
    r"""The z-loss, :math:`\alpha \frac1m \sum_b (\log \sum_i e^{z_{bi}})^2`.

    Softmax does not notice when all logits of a token drift away together; rounding does.
    """

    name = "router_z_loss"

    def __call__(self, logits: ArrayLike, alpha: float = 1.0) -> float:
        """Return the loss.

        Parameters
        ----------
        logits : array_like, (batch, N)
        alpha : float, 0 or more
            Its weight beside the loss of the task; 1e-3 in the source.

        Raises
        ------
        TypeError, ValueError
            If the batch is empty, a logit is nan or +inf, or ``alpha`` is negative or not finite.
        """
        z, alpha = checked_logits(logits), _checked_weight(alpha)
        return alpha * float(np.square(logsumexp(z), dtype=np.float64).mean())

    def gradient(self, logits: ArrayLike, alpha: float = 1.0) -> Array:
        r"""Return :math:`\frac{2\alpha}{m} \log(\sum_j e^{z_{bj}})\, p_{bi}`, like ``logits``."""
        z, alpha = checked_logits(logits), _checked_weight(alpha)
        g = softmax(z)
        g *= (2 * alpha / len(z)) * logsumexp(z, keepdims=True)
        return g

    def __repr__(self) -> str:
        return "<loss router_z_loss>"


class Sinkhorn(NamedTuple):
    """Outcome of ``sinkhorn``."""

    matrix: Array
    """(batch, N): each row sums to 1; each column to batch/N, as well as asked."""
    rounds: int
    """The number of rounds taken."""

    @property
    def imbalance(self) -> float:
        """How far the fullest or emptiest column is from batch/N, as a share of that."""
        sums = self.matrix.sum(axis=0, dtype=np.float64)
        return float(np.abs(sums * (len(sums) / len(self.matrix)) - 1).max())


def sinkhorn(logits: ArrayLike, tolerance: float = 1e-6, max_rounds: int = 1000) -> Sinkhorn:
    r"""Share the tokens out evenly: scale the rows and columns of :math:`e^{z}` in turns.

    A round divides every column by its sum over batch/N, then every row by its sum; both end up as
    they should be. In logarithms, so no logit is too large. What comes out has the form
    :math:`e^{z_{bi} + r_b + c_i}`: as near to softmax as a balanced matrix can be.

    Parameters
    ----------
    logits : array_like, (batch, N)
        Finite.
    tolerance : float, above 0
        Stop when no column is further than this from batch/N, as a share of it.
    max_rounds : int
        Stop in any case; 0 gives softmax.

    Returns
    -------
    Sinkhorn
        ``(matrix, rounds)``, the matrix in the dtype of ``logits``; ``.imbalance`` says how even it
        is, for the case that ``rounds`` is ``max_rounds``.

    Raises
    ------
    TypeError, ValueError
        If a logit is nan or infinite, the batch is empty, ``tolerance`` is not above 0, or
        ``max_rounds`` is not a whole number from 0.

    Notes
    -----
    Computed in float64. The logits' spread decides how many rounds are needed: normal ones, a
    handful; ten times as far apart, hundreds.
    """
    given = checked_logits(logits)
    if not np.isfinite(given).all():
        raise ValueError("logits must be finite, got -inf: no scaling fills a column from nothing")
    if not tolerance > 0:
        raise ValueError(f"tolerance must be above 0, got {tolerance!r}")
    max_rounds = as_count(max_rounds, "max_rounds", least=0)
    z = given.astype(np.float64)  # a copy
    even = np.log(len(z) / z.shape[1])
    z -= logsumexp(z, axis=1, keepdims=True)
    columns = logsumexp(z, axis=0)  # (N,)
    rounds = 0
    while rounds < max_rounds and np.abs(np.expm1(columns - even)).max() > tolerance:
        z += even - columns
        z -= logsumexp(z, axis=1, keepdims=True)
        columns = logsumexp(z, axis=0)
        rounds += 1
    with np.errstate(under="ignore"):
        return Sinkhorn(np.exp(z).astype(given.dtype, copy=False), rounds)


def checked_logits(logits: ArrayLike) -> Array:
    """Return router logits as a (batch, N) array that has a softmax in every row."""
    z = as_float(logits, "logits")
    if z.ndim != 2 or z.size == 0:
        raise ValueError(
            "logits must have shape (batch, num_experts), at least one token and one expert; "
            f"got {z.shape}"
        )
    top = z.max(axis=1)  # nan if one is
    wrong = ~np.isfinite(top)
    if wrong.any():
        row = int(wrong.argmax())
        what = "nan" if np.isnan(top[row]) else "+inf" if top[row] > 0 else "-inf only"
        raise ValueError(
            "logits must be numbers or -inf, one of them finite for each token; "
            f"got {what} for token {row}"
        )
    return z


def checked_indices(indices: ArrayLike, num_experts: int, batch: int | None = None) -> Indices:
    """Return the chosen experts as a filled (batch, k) array of numbers below ``num_experts``."""
    chosen: NDArray[Any] = np.asarray(indices)
    if chosen.ndim != 2 or chosen.size == 0:
        raise ValueError(
            f"indices must have shape (batch, k), at least one token and one expert; "
            f"got {chosen.shape}"
        )
    if chosen.dtype.kind not in "iu":
        raise TypeError(f"indices must hold whole numbers, got dtype {chosen.dtype}")
    if chosen.min() < 0 or chosen.max() >= num_experts:
        raise ValueError(
            f"indices must lie between 0 and {num_experts - 1}, for {num_experts} experts; "
            f"got {chosen.min()} to {chosen.max()}"
        )
    if batch is not None and len(chosen) != batch:
        raise ValueError(f"indices must have a row for each of {batch} tokens, got {len(chosen)}")
    return chosen.astype(np.int64, copy=False)


def _checked_weight(alpha: float) -> float:
    if not 0 <= alpha < np.inf:
        raise ValueError(f"alpha must be a finite number, 0 or more, got {alpha!r}")
    return float(alpha)


def _probabilities_and_shares(
    probabilities: ArrayLike, indices: ArrayLike, alpha: float
) -> tuple[Array, NDArray[np.float64], float]:
    p = as_float(probabilities, "probabilities")
    if p.ndim != 2 or p.size == 0:
        raise ValueError(
            f"probabilities must have shape (batch, num_experts), at least one each; got {p.shape}"
        )
    sums = p.sum(axis=1, dtype=np.float64)
    if not (p.min() >= 0 and np.abs(sums - 1).max() < 1e-2):
        raise ValueError(
            "probabilities must be 0 or more, and those of a token sum to 1; got numbers from "
            f"{p.min()} and sums from {sums.min()} to {sums.max()}"
        )
    chosen = checked_indices(indices, p.shape[1], len(p))
    return p, expert_shares(chosen, p.shape[1]), _checked_weight(alpha)


load_balancing_loss: Final = LoadBalancingLoss()
router_z_loss: Final = RouterZLoss()

r"""Losses and their gradients, side by side.

Each is an object: ``cross_entropy(logits, targets)`` is the loss, a Python float, and
``cross_entropy.gradient(logits, targets)`` its derivative with respect to the first argument.
Both are means over the batch, so the factor :math:`1/m` is in this gradient, once, and nowhere else
in the backward pass through the network.
"""

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float
from ffnlib.nn._softmax import log_softmax, softmax

__all__ = ["LOSSES", "Loss", "cross_entropy", "mse"]


class Loss(Protocol):
    """A loss as training uses it; m is the number of examples in the batch."""

    name: str

    def __call__(self, output: ArrayLike, targets: ArrayLike) -> float:
        """Return the mean loss over the batch."""

    def gradient(self, output: ArrayLike, targets: ArrayLike) -> Array:
        """Return its derivative with respect to every element of ``output``."""

    def with_gradient(self, output: ArrayLike, targets: ArrayLike) -> tuple[float, Array]:
        """Return both, for less than the price of two."""


class CrossEntropy:
    r"""Cross-entropy from logits, :math:`J = -\frac1m \sum_i \sum_k t_{ik} \log p_{ik}`.

    :math:`p` is the softmax of the logits. Its logarithm is computed as :math:`z_k - \log\sum_j
    e^{z_j}`, never from :math:`p`, so a probability that rounds to 0 still has a finite loss. The
    gradient is :math:`\partial J/\partial z = (p - t)/m`.
    """

    name = "cross_entropy"

    def __call__(self, output: ArrayLike, targets: ArrayLike) -> float:
        """Return the mean loss over the batch.

        Parameters
        ----------
        output : array_like, (batch, classes)
            Logits: any real numbers, -inf for a class that is ruled out. More axes may stand in
            front, as (batch, seq, classes): the mean is over all of them.
        targets : array_like
            The class of each example, (batch,) integers from 0; or its probabilities,
            (batch, classes), each row summing to 1. With as many axes in front as ``output``.

        Returns
        -------
        float
            In nats, 0 or more; infinite if a class that is ruled out has to be predicted.

        Raises
        ------
        TypeError
            If ``output`` does not hold real numbers.
        ValueError
            If the shapes do not fit, a class does not exist, a probability is negative or a row
            does not sum to 1.
        """
        z, t = _logits_and_targets(output, targets)
        return self._mean(log_softmax(z), t)

    def gradient(self, output: ArrayLike, targets: ArrayLike) -> Array:
        """Return :math:`(p - t)/m`, in the shape and dtype of ``output``; errors as above."""
        z, t = _logits_and_targets(output, targets)
        return self._subtract_targets(softmax(z), t).reshape(np.shape(output))

    def with_gradient(self, output: ArrayLike, targets: ArrayLike) -> tuple[float, Array]:
        """Return the loss and its gradient; errors as above."""
        z, t = _logits_and_targets(output, targets)
        log_p = log_softmax(z)  # (batch, classes)
        with np.errstate(under="ignore"):
            p = np.exp(log_p)
        return self._mean(log_p, t), self._subtract_targets(p, t).reshape(np.shape(output))

    def _mean(self, log_p: Array, t: NDArray[Any]) -> float:
        if t.ndim == 1:
            terms = log_p[np.arange(len(t)), t]
        else:  # a class of probability 0 costs nothing, also where log p is -inf
            terms = np.multiply(t, log_p, out=np.zeros_like(log_p), where=t > 0)
        return abs(float((terms.astype(np.float64) / len(t)).sum()))  # of numbers 0 or less

    def _subtract_targets(self, p: Array, t: NDArray[Any]) -> Array:
        """Turn p, (batch, classes), into the gradient (p - t)/m."""
        if t.ndim == 1:
            p[np.arange(len(t)), t] -= 1
        else:
            p -= t
        p /= len(p)
        return p

    def __repr__(self) -> str:
        return "<loss cross_entropy>"


class MeanSquaredError:
    r"""Half the squared error a batch has on average, :math:`J = \frac{1}{2m}\sum_{ik} e_{ik}^2`.

    :math:`e = \hat y - y`; the sum runs over outputs and examples, the mean over examples only. The
    gradient is :math:`e/m`.
    """

    name = "mse"

    def __call__(self, output: ArrayLike, targets: ArrayLike) -> float:
        """Return the loss.

        Parameters
        ----------
        output, targets : array_like, both (batch, outputs) or both (batch,)

        Raises
        ------
        TypeError, ValueError
            If they do not hold real numbers, are empty, or differ in shape.
        """
        return self._mean(_errors(output, targets))

    def gradient(self, output: ArrayLike, targets: ArrayLike) -> Array:
        """Return :math:`e/m`, in the shape and dtype of ``output``; errors as above."""
        e = _errors(output, targets)
        e /= len(e)
        return e

    def with_gradient(self, output: ArrayLike, targets: ArrayLike) -> tuple[float, Array]:
        """Return the loss and its gradient; errors as above."""
        e = _errors(output, targets)
        loss = self._mean(e)
        e /= len(e)
        return loss, e

    def _mean(self, e: Array) -> float:
        with np.errstate(over="ignore"):  # the loss of a training that diverges is inf
            return float(np.square(e, dtype=np.float64).sum() / (2 * len(e)))

    def __repr__(self) -> str:
        return "<loss mse>"


cross_entropy: Final = CrossEntropy()
mse: Final = MeanSquaredError()

LOSSES: Final[dict[str, Loss]] = {"cross_entropy": cross_entropy, "mse": mse}


def _logits_and_targets(output: ArrayLike, targets: ArrayLike) -> tuple[Array, NDArray[Any]]:
    z, t = as_float(output, "output"), np.asarray(targets)
    if z.ndim < 2 or 0 in z.shape:
        raise ValueError(f"output must hold logits, shape (batch, classes), got shape {z.shape}")
    if t.shape not in (z.shape[:-1], z.shape):
        raise ValueError(
            f"targets must have shape (batch,) = {z.shape[:-1]} for classes or {z.shape} for "
            f"probabilities, got {t.shape}"
        )
    t = t.reshape(-1, *t.shape[z.ndim - 1 :])  # (batch,) or (batch, classes)
    z = z.reshape(-1, z.shape[-1])
    if t.ndim == 1:
        if t.dtype.kind not in "iu":
            raise ValueError(f"targets of shape (batch,) must be integers, got dtype {t.dtype}")
        if t.min() < 0 or t.max() >= z.shape[1]:
            raise ValueError(
                f"targets must lie between 0 and {z.shape[1] - 1}, for {z.shape[1]} classes; "
                f"got {t.min()} to {t.max()}"
            )
        return z, t
    t = as_float(t, "targets").astype(z.dtype, copy=False)
    sums = t.sum(axis=1)
    if not (t.min() >= 0 and np.all(np.abs(sums - 1) < 1e-2)):
        raise ValueError(
            "targets of shape (batch, classes) must be probabilities: 0 or more, each row summing "
            f"to 1; got numbers from {t.min()} and sums from {sums.min()} to {sums.max()}"
        )
    return z, t


def _errors(output: ArrayLike, targets: ArrayLike) -> Array:
    y_hat, y = as_float(output, "output"), as_float(targets, "targets")
    if y_hat.shape != y.shape or y_hat.ndim == 0 or y_hat.size == 0:
        raise ValueError(
            f"targets must have the shape of output, {y_hat.shape}, and hold at least one number; "
            f"got {y.shape}"
        )
    return np.subtract(y_hat, y, dtype=y_hat.dtype)

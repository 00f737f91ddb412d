"""Chapter 4: softmax and its logarithm, along the last axis."""

import numpy as np

from ffnlib._base.arrays import Array


def softmax(z: Array) -> Array:
    """Return the probabilities of logits z, shape (batch, classes)."""
    m = z.max(axis=-1, keepdims=True)
    e = np.exp(z - m)  # at most 1
    p: Array = e / e.sum(axis=-1, keepdims=True)
    return p


def logsumexp(z: Array) -> Array:
    """Return the smooth maximum of each row of z, shape (batch, 1)."""
    m = z.max(axis=-1, keepdims=True)
    lse: Array = m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))
    return lse


def log_softmax(z: Array) -> Array:
    """Return the log-probabilities of logits z, shape (batch, classes)."""
    return z - logsumexp(z)

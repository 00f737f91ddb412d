r"""Rotations: outlier channels spread over all channels, and the network's function unchanged.

With an orthogonal matrix Q, :math:`x W^\top = (xQ)(WQ)^\top`: inputs and weights are turned, the
product stays. A Hadamard matrix, all of whose entries are :math:`\pm 1/\sqrt d`, gives each channel
of :math:`xQ` an equal share of an outlier. Q costs nothing when it is folded into the weights:
:math:`\|xQ\| = \|x\|`, so an RMSNorm without gains lets it pass, and the whole residual stream can
be turned (QuaRot, Ashkboos et al., arXiv:2404.00456; SpinQuant, Liu et al., arXiv:2405.16406).
"""

from copy import deepcopy

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import as_count, as_float, as_rng
from ffnlib.nn import Block, FeedForward, RMSNorm


def hadamard(n: int, rng: np.random.Generator | None = None) -> NDArray[np.float64]:
    r"""Return an orthogonal matrix with entries :math:`\pm 1/\sqrt n`, (n, n).

    Sylvester's construction: :math:`H_{2n}` holds :math:`H_n` four times, once negative.

    Parameters
    ----------
    n : int
        A power of two.
    rng : numpy.random.Generator, optional
        Where a random sign for each row comes from; no signs are changed without it.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is not a power of two, or ``rng`` is something else.

    Examples
    --------
    >>> 2 * hadamard(4)
    array([[ 1.,  1.,  1.,  1.],
           [ 1., -1.,  1., -1.],
           [ 1.,  1., -1., -1.],
           [ 1., -1., -1.,  1.]])
    """
    if as_count(n, "n") & (n - 1):
        raise ValueError(f"n must be a power of two, got {n}")
    h = np.ones((1, 1))
    while len(h) < n:
        h = np.block([[h, h], [h, -h]])
    if rng is not None:
        h = h * as_rng(rng).choice([-1.0, 1.0], size=(n, 1))
    return np.asarray(h / np.sqrt(n))


def rotate_block(block: Block, q: ArrayLike) -> Block:
    r"""Return a block that computes the same in rotated coordinates.

    If the block turns x into y, the new one turns xQ into yQ, up to rounding.

    Parameters
    ----------
    block : Block
        With RMSNorm and a ``FeedForward``; left as it is. The gains of its norms move into the
        weights behind them.
    q : array_like, (d_model, d_model)
        Orthogonal.

    Raises
    ------
    TypeError, ValueError
        If the block has other parts, or ``q`` another shape or is not orthogonal.
    """
    rotation = as_float(q, "q").astype(np.float64)
    norms = type(block.norm1), type(block.norm2)
    if norms != (RMSNorm, RMSNorm) or not isinstance(block.ffn, FeedForward):
        raise TypeError(f"block must have RMSNorm and a FeedForward, got {block!r}")
    d = block.norm1.d
    if rotation.shape != (d, d) or not np.allclose(rotation @ rotation.T, np.eye(d), atol=1e-6):
        raise ValueError(f"q must be an orthogonal matrix ({d}, {d}), got shape {rotation.shape}")
    turned = deepcopy(block)
    assert isinstance(turned.ffn, FeedForward)
    attention, ffn = turned.attention, turned.ffn
    readers = {
        turned.norm1: (attention.query, attention.key, attention.value),
        turned.norm2: (ffn.up,) if ffn.gate is None else (ffn.gate, ffn.up),
    }
    for norm, layers in readers.items():
        for layer in layers:  # x Q meets W diag(gain) Q
            layer.W[...] = layer.W * norm.gain @ rotation
        norm.gain[...] = 1
    for writer in (attention.output, ffn.down):  # y Q is made by Qᵀ W
        writer.W[...] = rotation.T @ writer.W
        if writer.b is not None:
            writer.b[...] = writer.b @ rotation
    return turned

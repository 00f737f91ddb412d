r"""Sparse upcycling: a mixture that begins as copies of a trained dense layer.

With all experts equal and gates that sum to 1, the mixture computes what the dense layer did,
whatever its new router decides; what was learnt is kept, and the copies come apart in further
training (Komatsuzaki et al., arXiv:2212.05055).
"""

from copy import deepcopy
from typing import Any

import numpy as np

from ffnlib.moe._moe import MoE
from ffnlib.nn import FeedForward, Linear


def upcycle(
    dense: FeedForward,
    num_experts: int,
    top_k: int = 2,
    *,
    rng: np.random.Generator,
    router_std: float = 0.02,
    **routing: Any,
) -> MoE:
    """Make a mixture of copies of a dense layer.

    Parameters
    ----------
    dense : FeedForward
        Left as it is.
    num_experts, top_k : int
    rng : numpy.random.Generator
        Where the router's weights come from.
    router_std : float, above 0
        Their standard deviation.
    **routing
        As for ``MoE``. With ``renormalize=False`` gates do not sum to 1, and the output changes.

    Raises
    ------
    TypeError, ValueError
        If ``dense`` is not a FeedForward, or as ``MoE``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> dense, x = FeedForward(8, 16, rng=rng), rng.normal(size=(5, 8))
    >>> mixture = upcycle(dense, num_experts=4, rng=rng)
    >>> np.allclose(mixture.forward(x), dense.forward(x))
    True
    """
    if not isinstance(dense, FeedForward):
        raise TypeError(f"dense must be a FeedForward, got {type(dense).__name__}")
    router = Linear(dense.d_model, num_experts, rng=rng, bias=False, dtype=dense.dtype)
    router.W[...] = router_std * rng.normal(size=router.W.shape)
    return MoE.from_layers(router, [deepcopy(dense) for _ in range(router.d_out)], top_k, **routing)

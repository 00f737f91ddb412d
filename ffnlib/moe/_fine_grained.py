r"""Many small experts, some of them shared, and balance without a loss.

Three changes to a mixture of experts (DeepSeek: Dai et al., arXiv:2401.06066; Wang et al.,
arXiv:2408.15664; arXiv:2412.19437). Experts are smaller and more of them are chosen, so that there
are more combinations. A shared part is computed for every token, so that the others need not all
learn what every token needs. And each expert has a bias :math:`b_i` that counts in the choice
only:

.. math:: s_i = \sigma(z_i), \qquad
          \text{chosen: the } k \text{ largest } s_i + b_i, \qquad
          g_i = \frac{s_i}{\sum_{j \text{ chosen}} s_j} .

After each step :math:`b_i` rises by u if expert i got less than its share, and falls by u if it got
more. No gradient pushes the router away from what the task wants.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ffnlib._base.arrays import Array, Scratch, as_count, as_float
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.moe._balancing import Indices, checked_logits, expert_shares
from ffnlib.moe._dispatch import Groups, gradient_rows, run_experts, send_back, token_rows
from ffnlib.moe._routing import TopK, checked_top_k
from ffnlib.nn import FeedForward, Linear, sigmoid


def biased_top_k(logits: ArrayLike, bias: ArrayLike, k: int) -> TopK:
    """Choose the ``k`` experts with the largest sum of sigmoid score and bias.

    Parameters
    ----------
    logits : array_like, (batch, N)
    bias : array_like, (N,)
        Counts in the choice, and not in the gates.
    k : int, from 1 to N

    Returns
    -------
    TopK
        Best first; of equal sums, the expert with the lower number first. Gates are the scores of
        the chosen, divided by their sum.

    Raises
    ------
    TypeError, ValueError
        As ``top_k_gates``; or if ``bias`` is not one number for each expert.

    Examples
    --------
    >>> biased_top_k([[2.0, 1.0, 0.0]], [0.0, 0.0, 0.5], k=2)
    TopK(indices=array([[2, 0]]), gates=array([[0.36210969, 0.63789031]]))
    """
    z, added = checked_logits(logits), as_float(bias, "bias")
    if added.shape != z.shape[1:]:
        raise ValueError(f"bias must have shape (N,) = {z.shape[1:]}, got {added.shape}")
    scores = sigmoid(z)
    order = np.argsort(-(scores + added), axis=1, kind="stable")
    indices: Indices = order[:, : checked_top_k(k, z.shape[1], "k")].astype(np.int64, copy=False)
    chosen = np.take_along_axis(scores, indices, axis=1)
    return TopK(indices, chosen / chosen.sum(axis=1, keepdims=True))


class Remembered(NamedTuple):
    """What the layer keeps for the backward pass."""

    x: Array  # (tokens, d_model)
    logits: Array  # (tokens, N)
    top: TopK
    groups: Groups
    outputs: Array  # of the routed experts, sorted, (tokens·k, d_model)


class FineGrainedMoE(Composite):
    """Routed experts with sigmoid scores and balancing biases, and a shared one for all tokens.

    Parameters
    ----------
    d_model, d_ff : int
        Length of a token's vector; hidden units of each routed expert.
    num_experts, top_k : int
        N routed experts, k of them for each token.
    shared : int
        How many experts' worth of hidden units every token uses; 0 for none.
    bias_rate : float, 0 or more
        u, what a bias changes by after each training step; 1e-3 in the source.
    variant, rng, bias, init, dtype
        As ``MoE``; ``bias`` is that of the experts' layers.

    Attributes
    ----------
    router : Linear
    experts : list of FeedForward
    shared : FeedForward or None
        One layer with the hidden units of all shared experts.
    selection_bias : array, (N,)
        Saved with the parameters. Its gradient is 0, so an optimizer without weight decay leaves
        it alone; ``backward`` changes it.

    Raises
    ------
    TypeError, ValueError
        As ``MoE``.
    """

    def __init__(
        self,
        d_model: int,
        d_ff: int,
        num_experts: int,
        top_k: int = 2,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        shared: int = 1,
        bias_rate: float = 1e-3,
        bias: bool = False,
        init: str | float = "lecun",
        dtype: DTypeLike = np.float64,
    ) -> None:
        n = as_count(num_experts, "num_experts")
        if not 0 <= bias_rate < np.inf:
            raise ValueError(f"bias_rate must be a finite number, 0 or more, got {bias_rate!r}")
        more: dict[str, Any] = {"rng": rng, "init": init, "dtype": dtype}
        width = as_count(d_ff, "d_ff") * as_count(shared, "shared", least=0)
        self.top_k, self.bias_rate = checked_top_k(top_k, n), float(bias_rate)
        self.router = Linear(d_model, n, bias=False, **more)
        self.experts = [FeedForward(d_model, d_ff, variant, bias=bias, **more) for _ in range(n)]
        self.shared = FeedForward(d_model, width, variant, bias=bias, **more) if width else None
        self.selection_bias: Array = np.zeros(n, self.router.dtype)
        self._step: Remembered | None = None
        self._scratch = Scratch()

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of the places that each expert got in the last training step, (N,)."""
        if self._step is None:
            raise RuntimeError("there is no step yet: call forward(x, training=True) first")
        return expert_shares(self._step.top.indices, len(self.experts))

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,  # noqa: ARG002
    ) -> Array:
        """Compute the shared layer and the chosen experts of each token.

        Parameters
        ----------
        x : array_like, (…, d_model)
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs.
        rng : numpy.random.Generator, optional
            Not used.

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, its last axis is not ``d_model`` long, or there is
            no token in it.
        """
        flat = token_rows(x, self.router.d_in)  # (tokens, d_model)
        if training:
            flat = flat.astype(self.dtype, copy=False)
        logits = self.router.forward(flat)
        top = biased_top_k(logits, self.selection_bias, self.top_k)
        groups = Groups(top.indices, np.ones(top.indices.shape, np.bool_), len(self.experts))
        rows = groups.gather(flat, np.empty((top.indices.size, flat.shape[1]), flat.dtype))
        outputs = np.empty_like(rows)
        run_experts(self.experts, groups, rows, outputs, training=training)
        y = groups.combine(outputs, top.gates, self._scratch)
        if self.shared is not None:
            y += self.shared.forward(flat, training=training)
        if training:
            self._step = Remembered(flat, logits, top, groups, outputs)
        return y.reshape(np.shape(x))

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step, then change the biases once.

        Parameters and errors as ``MoE.backward``.
        """
        x, logits, top, groups, outputs = last_step(self._step)
        flat = gradient_rows(g, x)
        rows = groups.gather(flat, np.empty_like(outputs))
        dgates = np.einsum("nd,nd->n", rows, outputs)[groups.position]  # (tokens, k)
        rows *= groups.sort(top.gates)[:, None]
        send_back(self.experts, groups, rows)
        dx = groups.combine(rows, None, self._scratch)
        if self.shared is not None:
            through = self.shared.backward(flat)
            assert through is not None  # inputs are wanted
            dx += through
        dx += self.router.backward(x, self._pull_back(logits, top, dgates))
        self.selection_bias += self.bias_rate * np.sign(1 / len(self.experts) - self.shares)
        return dx.reshape(np.shape(g)) if inputs else None

    def _pull_back(self, logits: Array, top: TopK, g: Array) -> Array:
        """Return the gradient of the logits, (tokens, N), given that of the gates, (tokens, k)."""
        scores = sigmoid(np.take_along_axis(logits, top.indices, axis=1))  # (tokens, k)
        ds = g - np.sum(g * top.gates, axis=1, keepdims=True)
        ds /= scores.sum(axis=1, keepdims=True)
        dz = np.zeros_like(logits)
        np.put_along_axis(dz, top.indices, ds * scores * (1 - scores), axis=1)
        return dz

    def parts(self) -> dict[str, Trainable]:
        """Return the ``router``, the ``shared`` layer if there is one, then the experts."""
        shared = {} if self.shared is None else {"shared": self.shared}
        experts = {f"experts.{i}": e for i, e in enumerate(self.experts)}
        return {"router": self.router, **shared, **experts}

    def named_parameters(self) -> dict[str, Array]:
        """Return the parts' arrays by name, and the ``selection_bias``; not copies."""
        return {**super().named_parameters(), "selection_bias": self.selection_bias}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; that of ``selection_bias`` is 0."""
        return {**super().named_gradients(), "selection_bias": np.zeros_like(self.selection_bias)}

    def __repr__(self) -> str:
        shared = "" if self.shared is None else f", {self.shared.d_ff} shared hidden units"
        k, n = self.top_k, len(self.experts)
        return f"FineGrainedMoE({n} experts, top_k={k}{shared}, {self.experts[0]!r})"

r"""A mixture of experts: many feed-forward layers, of which each token uses a few.

A router gives every token x one logit for each of N experts, :math:`z = x W_r^\top`. The k best,
:math:`i_1, \dots, i_k`, are computed, the others are not:

.. math:: y = \sum_{j=1}^{k} g_j\, E_{i_j}(x), \qquad
          g = \operatorname{softmax}(z_{i_1}, \dots, z_{i_k}).

So the layer has the parameters of N experts and the arithmetic of k. Backward pass, with
:math:`\gamma = \partial J/\partial y` from above,

.. math:: \frac{\partial J}{\partial E_{i_j}(x)} = g_j\, \gamma, \qquad
          \frac{\partial J}{\partial g_j} = \gamma \cdot E_{i_j}(x) ,

and the gates' gradient goes on through their softmax into :math:`z`. Which experts are chosen is a
step function: nothing flows through it.

Sources: Shazeer et al. (arXiv:1701.06538); Jiang et al. (arXiv:2401.04088, section 2.1). How the
router decides is in ``router`` and ``routing``, the sorting of the tokens in ``dispatch``.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, Scratch, as_count
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.moe._balancing import load_balancing_loss, router_z_loss, sinkhorn
from ffnlib.moe._dispatch import Groups, gradient_rows, run_experts, run_one, send_back, token_rows
from ffnlib.moe._router import Routing, RoutingPolicy
from ffnlib.moe._routing import assign, capacity, checked_top_k, noisy_logits, top_k_gates
from ffnlib.nn import FeedForward, Linear

__all__ = [
    "MoE", "Routing", "RoutingPolicy", "assign", "capacity", "load_balancing_loss",
    "noisy_logits", "router_z_loss", "sinkhorn", "top_k_gates",
]  # fmt: skip


class Step(NamedTuple):
    """The values that the layer keeps for the backward pass."""

    x: Array  # what came in, (tokens, d_model)
    routing: Routing
    groups: Groups
    outputs: Array  # of the experts, sorted, (tokens·k, d_model)


class MoE(Composite):
    """A mixture of experts, to stand where a feed-forward layer stands.

    Parameters
    ----------
    d_model, d_ff : int
        Length of a token's vector; hidden units of each expert.
    num_experts : int
        N.
    top_k : int, from 1 to N
        Experts for each token.
    variant : str
        Of the experts; see ``FeedForward``.
    rng : numpy.random.Generator
        Where the initial weights come from: the router's first, then one expert's after the other.
    bias : bool
        Whether the experts have biases; the router has none.
    init : str or float
        Of router and experts; see ``ffnlib.nn.init_variance``.
    dtype : float16, float32 or float64
        Of the parameters.
    **routing
        ``capacity_factor``, ``choice``, ``renormalize``, ``temperature``, ``noise_std``,
        ``load_balancing``, ``router_z``: see ``RoutingPolicy``. ``backward`` adds the gradients of
        the auxiliary losses to that of the task, so any training loop trains with them.

    Attributes
    ----------
    router : Linear
        ``W`` (N, d_model).
    experts : list of FeedForward
    policy : RoutingPolicy
    routing : Routing or None
        What the router decided in the last training step.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, ``top_k`` beyond the experts, or another
        argument out of its range.
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
        bias: bool = False,
        init: str | float = "lecun",
        dtype: DTypeLike = np.float64,
        **routing: Any,
    ) -> None:
        num_experts = as_count(num_experts, "num_experts")
        policy = RoutingPolicy(checked_top_k(top_k, num_experts), **routing)
        more: dict[str, Any] = {"rng": rng, "init": init, "dtype": dtype}
        router = Linear(d_model, num_experts, bias=False, **more)
        experts = [
            FeedForward(d_model, d_ff, variant, bias=bias, **more) for _ in range(num_experts)
        ]
        self._assemble(router, experts, policy)

    def _assemble(self, router: Linear, experts: list[FeedForward], policy: RoutingPolicy) -> None:
        self.router, self.experts, self.policy = router, experts, policy
        self._step: Step | None = None
        self._scratch = Scratch()

    @classmethod
    def from_layers(
        cls, router: Linear, experts: Sequence[FeedForward], top_k: int = 2, **routing: Any
    ) -> Self:
        """Make a layer of given ones, which are not copied; ``routing`` as for the class.

        ValueError if their number or sizes do not fit.
        """
        if router.d_out != len(experts):
            raise ValueError(
                f"router must give one logit for each of {len(experts)} experts, got {router!r}"
            )
        for i, expert in enumerate(experts):
            if expert.d_model != router.d_in:
                raise ValueError(
                    f"experts[{i}] must take d_model={router.d_in} numbers as the router does, "
                    f"got {expert!r}"
                )
        layer = cls.__new__(cls)
        policy = RoutingPolicy(checked_top_k(top_k, len(experts)), **routing)
        layer._assemble(router, list(experts), policy)
        return layer

    @property
    def d_model(self) -> int:
        """Length of a token's vector."""
        return self.router.d_in

    @property
    def active_parameters(self) -> int:
        """The number of parameters that a token uses.

        The router's and those of the k largest experts.
        """
        sizes = sorted((expert.num_parameters for expert in self.experts), reverse=True)
        return self.router.num_parameters + sum(sizes[: self.policy.top_k])

    @property
    def routing(self) -> Routing | None:
        """The router's decisions in the last training step; None before the first."""
        return None if self._step is None else self._step.routing

    @property
    def auxiliary_loss(self) -> float:
        """The auxiliary losses of the last training step; 0 before the first."""
        return 0.0 if self._step is None else self.policy.auxiliary_loss(self._step.routing)

    def route(self, x: ArrayLike) -> Routing:
        """Ask the router about ``x``, (…, d_model), outside training."""
        return self.policy.decide(self.router.forward(token_rows(x, self.d_model)))

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the chosen experts of each token, and only those.

        Parameters
        ----------
        x : array_like, (…, d_model)
            Any number of leading axes: (batch, d_model), (batch, seq, d_model).
        training : bool
            Compute in the parameters' dtype, and keep what ``backward`` needs; ``x`` must stay as
            it is until then.
        rng : numpy.random.Generator, optional
            Needed in training if there is noise on the logits.

        Returns
        -------
        array, (…, d_model)
            In the dtype of ``x``; that of the parameters in training. A token all of whose places
            were dropped gets 0.

        Raises
        ------
        TypeError, ValueError
            If ``x`` does not hold real numbers, its last axis is not ``d_model`` long, there is no
            token in it, or a logit becomes nan or infinite.
        """
        shape = np.shape(x)
        flat = token_rows(x, self.d_model)  # (tokens, d_model)
        if training:
            flat = flat.astype(self.dtype, copy=False)
        routing = self.policy.decide(self.router.forward(flat), training=training, rng=rng)
        if len(flat) == 1 and not training:
            return run_one(self.experts, flat, routing).reshape(shape)
        groups = Groups(routing.indices, routing.kept, len(self.experts))
        # what a training step remembers is not written over by a look at other data
        kind = "training" if training else "inference"
        rows = groups.gather(flat, self._rows("x " + kind, groups, flat.dtype))
        outputs = self._rows("y " + kind, groups, flat.dtype)
        run_experts(self.experts, groups, rows, outputs, training=training)
        if training:
            self._step = Step(flat, routing, groups, outputs)
        return groups.combine(outputs, routing.gates, self._scratch).reshape(shape)

    def backward(self, g: ArrayLike, *, inputs: bool = True) -> Array | None:
        """Send a gradient back through the last training step; fill the gradients of all layers.

        Those of an expert that no token was sent to are 0. The gradients of the auxiliary losses
        are added on the way through the router.

        Parameters
        ----------
        g : array_like, (…, d_model)
            The gradient of the task's loss with respect to the output.
        inputs : bool
            Whether the gradient of ``x`` is wanted.

        Returns
        -------
        array, (…, d_model), or None if ``inputs`` is False

        Raises
        ------
        RuntimeError
            If no ``forward(x, training=True)`` came before.
        TypeError, ValueError
            If ``g`` does not hold real numbers, or not as many as the output.
        """
        x, routing, groups, outputs = last_step(self._step)
        flat = gradient_rows(g, x)  # (tokens, d_model)
        rows = groups.gather(flat, self._rows("g", groups, x.dtype))  # (tokens·k, d_model)
        dgates = np.einsum("nd,nd->n", rows, outputs)[groups.position]  # (tokens, k)
        rows *= groups.sort(routing.gates)[:, None]
        send_back(self.experts, groups, rows, inputs=inputs)
        dz = self.policy.pull_back(routing, dgates)  # (tokens, N)
        if not inputs:
            self.router.fill_gradients(x, dz)
            return None
        total = groups.combine(rows, None, self._scratch)
        total += self.router.backward(x, dz)
        return total.reshape(np.shape(g))

    def dense_reference(self, x: ArrayLike) -> Array:
        """Compute the same by the definition: all experts for all tokens, most of them for nothing.

        Parameters, result and errors as ``forward`` outside training.
        """
        flat = token_rows(x, self.d_model)
        routing = self.route(flat)
        weights = np.zeros_like(routing.logits)  # (tokens, N)
        np.put_along_axis(weights, routing.indices, routing.gates * routing.kept, axis=1)
        y = np.zeros_like(flat)
        for e, expert in enumerate(self.experts):
            y += weights[:, e : e + 1] * expert.forward(flat)
        return y.reshape(np.shape(x))

    def parts(self) -> dict[str, Trainable]:
        """Return the ``router``, then ``experts.0``, ``experts.1`` and so on."""
        return {"router": self.router, **{f"experts.{i}": e for i, e in enumerate(self.experts)}}

    def _rows(self, name: str, groups: Groups, dtype: np.dtype[Any]) -> Array:
        return self._scratch.take(name, (len(groups.tokens), self.d_model), dtype)

    def __repr__(self) -> str:
        k = self.policy.top_k
        return f"MoE({len(self.experts)} experts, top_k={k}, {self.experts[0]!r})"

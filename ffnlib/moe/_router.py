"""What a router does with its logits: who is chosen, how much each counts, who finds a place.

All that can be set about it is one object, a ``RoutingPolicy``; what it decided for a batch is a
``Routing``. Its backward pass stands beside it, with the gradients of the two auxiliary losses.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float, as_rng
from ffnlib.moe._balancing import (
    Indices,
    expert_shares,
    load_balancing_loss,
    router_z_loss,
    sinkhorn,
)
from ffnlib.moe._routing import (
    TopK,
    assign,
    capacity,
    gates_gradient,
    noisy_logits,
    softmax_of_chosen,
    top_k_gates,
)
from ffnlib.nn import softmax, softmax_pull_back

CHOICES: Final = ("top_k", "sinkhorn")


class Routing(NamedTuple):
    """The decisions of a router for a batch of tokens."""

    logits: Array
    """The logits that decided, noise included, (tokens, N)."""
    indices: Indices
    """The experts of each token, best first, (tokens, k)."""
    gates: Array
    """The factors of their outputs, (tokens, k)."""
    kept: NDArray[np.bool_]
    """Whether there was room, (tokens, k)."""

    @property
    def dropped(self) -> int:
        """The number of the tokens·k places that were dropped because the expert was full."""
        return int(np.count_nonzero(~self.kept))

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of the tokens·k places that was asked of each expert, (N,), summing to 1."""
        return expert_shares(self.indices, self.logits.shape[1])


@dataclass(frozen=True)
class RoutingPolicy:
    """The rules by which a router decides.

    Raises
    ------
    TypeError, ValueError
        For a value out of its range; for ``top_k`` beyond the experts when it decides.
    """

    top_k: int = 2
    """k, experts for each token."""
    capacity_factor: float | None = None
    """c: an expert has ``capacity(tokens, N, k, c)`` places and drops who comes later, in training
    and afterwards. None: nothing is dropped."""
    choice: str = "top_k"
    """How experts are chosen in training: ``top_k``, the largest logits; ``sinkhorn``, the largest
    entries of the balanced matrix. Afterwards the logits decide in any case, since what becomes of
    a token must not depend on who else is there."""
    renormalize: bool = True
    """True: the gates are the softmax of the chosen logits. False: what the softmax over all
    experts gives the chosen ones, as in Switch. With k = 1 the first is always 1, so only the
    second lets the task teach the router."""
    temperature: float = 1.0
    """T: logits are divided by it before any softmax."""
    noise_std: float = 0.0
    """The standard deviation of the noise on the logits, in training."""
    load_balancing: float = 0.0
    """Alpha of ``load_balancing_loss``, usually 1e-2; 0 leaves it out."""
    router_z: float = 0.0
    """Alpha of ``router_z_loss``, usually 1e-3; 0 leaves it out."""

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise ValueError(f"choice must be one of {', '.join(CHOICES)}, got {self.choice!r}")
        for name in ("noise_std", "load_balancing", "router_z"):
            value = getattr(self, name)
            if not 0 <= value < np.inf:
                raise ValueError(f"{name} must be a finite number, 0 or more, got {value!r}")
        for name in ("temperature", "capacity_factor"):
            value = getattr(self, name)
            if value is not None and not 0 < value < np.inf:
                raise ValueError(f"{name} must be a finite number above 0, got {value!r}")

    def decide(
        self, logits: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Routing:
        """Choose experts for a batch of tokens.

        Parameters
        ----------
        logits : array_like, (tokens, N)
        training : bool
            Whether noise is added and Sinkhorn chooses, if the policy says so.
        rng : numpy.random.Generator, optional
            Needed for noise.

        Raises
        ------
        TypeError, ValueError
            If the batch is empty, a logit is nan or +inf, ``top_k`` is more than N, or ``rng`` is
            missing.
        """
        z = as_float(logits, "logits")
        if training and self.noise_std:
            z = noisy_logits(z, as_rng(rng), self.noise_std)
        balanced = training and self.choice == "sinkhorn"
        order = sinkhorn(z).matrix if balanced else z
        indices, gates = top_k_gates(order, self.top_k, temperature=self.temperature)
        if not self.renormalize:
            gates = np.take_along_axis(self.probabilities(z), indices, axis=1)
        elif balanced:
            gates = softmax_of_chosen(z, indices, temperature=self.temperature)
        return Routing(z, indices, gates, self._places(indices, z.shape[1]))

    def probabilities(self, logits: ArrayLike) -> Array:
        """The softmax over all experts, (tokens, N)."""
        return softmax(logits, temperature=self.temperature)

    def auxiliary_loss(self, routing: Routing) -> float:
        """Return what the two auxiliary losses add to that of the task."""
        loss = 0.0
        if self.load_balancing:
            p = self.probabilities(routing.logits)
            loss += load_balancing_loss(p, routing.indices, self.load_balancing)
        if self.router_z:
            loss += router_z_loss(routing.logits, self.router_z)
        return loss

    def pull_back(self, routing: Routing, g: Array) -> Array:
        """Send a gradient of the gates back to the logits, and add the auxiliary losses' to it.

        Parameters
        ----------
        routing : Routing
        g : array, (tokens, k)
            The gradient of the task's loss with respect to the gates.

        Returns
        -------
        array, (tokens, N)
        """
        z, indices, gates, _ = routing
        n = z.shape[1]
        dp = np.zeros_like(z)  # of the softmax over all experts, (tokens, N)
        if not self.renormalize:
            np.put_along_axis(dp, indices, g, axis=1)
        if self.load_balancing:
            p = self.probabilities(z)
            dp += load_balancing_loss.gradient(p, indices, self.load_balancing)
        if self.renormalize:
            dz = gates_gradient(TopK(indices, gates), g, n, temperature=self.temperature)
        else:
            dz = np.zeros_like(z)
        if self.load_balancing or not self.renormalize:
            dz += softmax_pull_back(self.probabilities(z), dp) / self.temperature
        if self.router_z:
            dz += router_z_loss.gradient(z, self.router_z)
        return dz

    def _places(self, indices: Indices, num_experts: int) -> NDArray[np.bool_]:
        if self.capacity_factor is None:
            return np.ones(indices.shape, np.bool_)
        tokens, k = indices.shape
        return assign(indices, num_experts, capacity(tokens, num_experts, k, self.capacity_factor))

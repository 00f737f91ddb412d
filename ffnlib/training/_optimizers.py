r"""Optimizers: from gradients to the next parameters.

With :math:`g` the gradient at :math:`\theta` and :math:`\eta` the learning rate, every optimizer
computes a change :math:`\Delta` and takes the step :math:`\theta \leftarrow \theta - \Delta`.

Parameters are changed in place, a cache-sized block at a time: written as a textbook does, with a
new array for each operation, Adam waits for memory most of its time.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.training._cache_blocks import Block, split_into_blocks
from ffnlib.training._schedules import Constant, Cosine, StepDecay

__all__ = [
    "OPTIMIZERS", "SGD", "Adam", "AdamW", "Constant", "Cosine", "Momentum", "Nesterov", "Optimizer",
    "Schedule", "StepDecay",
]  # fmt: skip

Schedule = Callable[[int], float]
"""Learning rate of a step, given how many were taken before it."""


class Optimizer:
    r"""What the optimizers share; a subclass writes ``change`` and says how much it remembers.

    Parameters
    ----------
    parameters : sequence of float32 or float64 arrays
        What is to be changed, ``model.parameters()``: C-contiguous, all of one dtype.
    learning_rate : float or callable
        A number above 0, or a schedule from ``ffnlib.training``.
    weight_decay : float
        :math:`\lambda`: adds :math:`\lambda\theta` to the gradient. Only arrays with two or more
        axes decay: weights, not biases.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot be changed in place, or a number is out of its range.
    """

    memory: int = 0
    """How many numbers are remembered for each parameter."""

    def __init__(
        self,
        parameters: Sequence[Array],
        learning_rate: float | Schedule,
        weight_decay: float = 0.0,
    ) -> None:
        self.blocks = split_into_blocks(parameters, self.memory)
        self._shapes = [p.shape for p in parameters]
        self.schedule: Schedule = (
            learning_rate if callable(learning_rate) else Constant(learning_rate)
        )
        self.weight_decay = at_least_0(weight_decay, "weight_decay")
        self.steps = 0

    @property
    def learning_rate(self) -> float:
        """Rate of the next step."""
        return self.schedule(self.steps)

    def step(self, gradients: Sequence[Array]) -> None:
        """Change the parameters, given their gradients in the same order and shapes.

        ValueError if number or shapes differ; nothing has changed then.
        """
        shapes = [g.shape for g in gradients]
        if shapes != self._shapes:
            raise ValueError(
                f"gradients must have the parameters' shapes {self._shapes}, got {shapes}"
            )
        rate = self.learning_rate
        self.steps += 1
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # divergence shows
            for block in self.blocks:
                g = block.gather(gradients)  # (n,)
                if self.weight_decay:
                    g = self.decay(block, g, rate)
                self.change(g, block, rate)
                block.subtract_change()

    def state_arrays(self) -> list[Array]:
        """Return the arrays the optimizer remembers; not copies.

        With ``steps`` they are its whole state: to go back, put both back.
        """
        return [array for block in self.blocks for array in block.memory]

    def decay(self, block: Block, g: Array, rate: float) -> Array:  # noqa: ARG002
        """Let the weights decay, here by way of the gradient."""
        return block.add_weights(g, self.weight_decay)

    def change(self, g: Array, block: Block, rate: float) -> None:
        """Write what is to be subtracted from the parameters of a block to its ``room``, (n,)."""
        raise NotImplementedError


class SGD(Optimizer):
    r"""Stochastic gradient descent, :math:`\Delta = \eta g`."""

    def change(self, g: Array, block: Block, rate: float) -> None:
        """Write the change of a block's parameters to its ``room``, (n,)."""
        np.multiply(g, rate, out=block.room)


class Momentum(Optimizer):
    r"""Heavy ball (Polyak, 1964): :math:`v \leftarrow \beta v + g`, :math:`\Delta = \eta v`.

    A running *average* of gradients, :math:`(1 - \beta) g` in place of :math:`g`, is this with a
    learning rate :math:`1 - \beta` times as large, and nothing more.

    Parameters as ``Optimizer``, and ``momentum``, :math:`\beta`, from 0 to below 1.
    """

    memory = 1

    def __init__(
        self,
        parameters: Sequence[Array],
        learning_rate: float | Schedule,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.momentum = from_0_to_below_1(momentum, "momentum")

    def change(self, g: Array, block: Block, rate: float) -> None:
        """Write the change of a block's parameters to its ``room``, (n,)."""
        (v,) = block.memory
        v *= self.momentum
        v += g
        np.multiply(v, rate, out=block.room)


class Nesterov(Momentum):
    r"""Nesterov's accelerated gradient (1983), with a real look ahead.

    The gradient belongs at the point where the velocity would carry us,
    :math:`v \leftarrow \beta v + \nabla J(\theta - \eta\beta v)`. Keeping that point in place of
    :math:`\theta` gives a form that needs the gradient only where the parameters are:

    .. math:: v \leftarrow \beta v + g, \qquad \Delta = \eta\,(g + \beta v)

    Parameters as ``Momentum``. Sutskever et al. (2013); the form is also PyTorch's.
    """

    def change(self, g: Array, block: Block, rate: float) -> None:
        """Write the change of a block's parameters to its ``room``, (n,)."""
        (v,) = block.memory
        v *= self.momentum
        v += g
        delta = np.multiply(v, self.momentum, out=block.room)
        delta += g
        delta *= rate


class Adam(Optimizer):
    r"""Adam (Kingma and Ba, 2015): a step of about :math:`\eta` for every parameter.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad v \leftarrow \beta_2 v + (1-\beta_2) g^2
              \qquad \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}, \quad
              \Delta = \frac{\eta\,\hat m}{\sqrt{\hat v} + \varepsilon}

    Parameters as ``Optimizer``, and ``betas``, each from 0 to below 1, and ``eps``, above 0.
    """

    memory = 2

    def __init__(
        self,
        parameters: Sequence[Array],
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, learning_rate, weight_decay)
        self.betas = (
            from_0_to_below_1(betas[0], "betas[0]"),
            from_0_to_below_1(betas[1], "betas[1]"),
        )
        if not eps > 0:
            raise ValueError(f"eps must be above 0, got {eps!r}")
        self.eps = float(eps)

    def change(self, g: Array, block: Block, rate: float) -> None:
        """Write the change of a block's parameters to its ``room``, (n,)."""
        # Kept are M = m/(1 - beta1) and V = v/(1 - beta2), which saves two of twelve operations;
        # the factors left out come back as m_hat = c1 M and v_hat = c2 V.
        (beta1, beta2), t = self.betas, self.steps
        c1 = (1 - beta1) / (1 - beta1**t)
        c2 = (1 - beta2) / (1 - beta2**t)
        M, V = block.memory
        delta = block.room
        M *= beta1
        M += g
        np.multiply(g, g, out=delta)
        V *= beta2
        V += delta
        np.sqrt(V, out=delta)
        delta += self.eps / c2**0.5  # both halves of the fraction are divided by sqrt(c2)
        np.divide(M, delta, out=delta)
        delta *= rate * c1 / c2**0.5
        if t % FLUSH_EVERY == 0:
            flush_tiny(M)


class AdamW(Adam):
    r"""Adam with decoupled weight decay (Loshchilov and Hutter, 2019).

    The weights shrink by the factor :math:`1 - \eta\lambda` in each step, whatever the gradients
    are; in Adam, :math:`\lambda\theta` would be divided by :math:`\sqrt{\hat v}` as well.

    Parameters as ``Adam``; ``weight_decay`` is 0.01 if not given.
    """

    def __init__(
        self,
        parameters: Sequence[Array],
        learning_rate: float | Schedule = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, learning_rate, betas, eps, weight_decay)

    def decay(self, block: Block, g: Array, rate: float) -> Array:
        """Let the weights decay, whatever the gradient is."""
        block.scale_weights(1 - rate * self.weight_decay)
        return g


OPTIMIZERS: Final[dict[str, type[Optimizer]]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
    "adamw": AdamW,
}

FLUSH_EVERY: Final[int] = 200
"""Steps between two looks for numbers too small to matter."""


def flush_tiny(m: Array) -> None:
    """Set to 0 what is so small that processors compute with it a hundred times more slowly.

    The weights of a pixel that was lit once have a mean gradient that shrinks by 0.9 a step, and
    would stay at the smallest number above 0 for good.
    """
    m[np.abs(m) < np.finfo(m.dtype).tiny * 1e6] = 0


def at_least_0(value: float, name: str) -> float:
    """Return ``value`` as a float; ValueError unless it is finite and 0 or more."""
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number, 0 or more; got {value!r}")
    return float(value)


def from_0_to_below_1(value: float, name: str) -> float:
    """Return ``value`` as a float; ValueError unless it is from 0 to below 1."""
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value!r}")
    return float(value)

r"""A two-layer classifier whose backward pass can be given a fault, to be found by ``gradcheck``.

Each fault is a mistake that people make, that raises no error, and that often lets the loss go down
all the same. Without a fault, for a batch of m with one-hot targets t:

.. math:: z_1 = x W_1^\top + b_1, \quad h = f(z_1), \quad z_2 = h W_2^\top + b_2, \quad
          p = \operatorname{softmax}(z_2)

.. math:: \delta_2 = \frac{p - t}{m}, \quad \delta_1 = (\delta_2 W_2) \odot f'(z_1), \quad
          \frac{\partial J}{\partial W_l} = \delta_l^\top a_{l-1}, \quad
          \frac{\partial J}{\partial b_l} = \sum_i \delta_{l,i}
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, as_rng
from ffnlib.nn import Activation, activation, cross_entropy, draw_weights, softmax


class Fault(NamedTuple):
    """A planted mistake."""

    text: str
    """The fault, in a sentence."""
    where: tuple[str, ...]
    """The parameters whose gradients it spoils."""


ALL: Final = ("W1", "b1", "W2", "b2")

FAULTS: Final[dict[str, Fault]] = {
    "mean_twice": Fault("The mean over the batch is taken twice: 1/m in δ₂ and again here.", ALL),
    "mean_over_classes": Fault("δ₂ is divided by the number of classes as well as by m.", ALL),
    "sum_over_batch": Fault("The 1/m is missing: the gradient of the sum, not the mean.", ALL),
    "softmax_sign": Fault("δ₂ is y − p instead of p − y, so the loss rises.", ALL),
    "target_forgotten": Fault("δ₂ is p/m: the target was never subtracted.", ALL),
    "no_slope": Fault("δ₁ is not multiplied by f′(z₁).", ("W1", "b1")),
    "slope_of_output": Fault("f′ is taken at h = f(z₁) instead of z₁.", ("W1", "b1")),
    "reshaped": Fault("The gradient of W₁ is reshaped instead of transposed.", ("W1",)),
    "before_activation": Fault("The gradient of W₂ uses z₁ instead of h.", ("W2",)),
    "bias_axis": Fault("The gradient of b₁ is summed over the units too.", ("b1",)),
    "bias_forgotten": Fault("b₂ gets no gradient, so it never changes.", ("b2",)),
    "not_cleared": Fault("Gradients of W₁ are added to those of the last call.", ("W1",)),
}


class TwoLayer:
    """A classifier with one hidden layer, right or with one fault.

    Parameters
    ----------
    d_in, hidden, classes : int
    rng : numpy.random.Generator
        Where the weights and the small random biases come from.
    fault : str, optional
        A name from ``FAULTS``; None for none.
    f : str or Activation
        Of the hidden layer.

    Attributes
    ----------
    W1, b1, W2, b2 : float64 arrays, (hidden, d_in), (hidden,), (classes, hidden), (classes,)

    Raises
    ------
    TypeError, ValueError
        For a size that is not a whole number above 0, or an unknown name.
    """

    def __init__(
        self,
        d_in: int,
        hidden: int,
        classes: int,
        rng: np.random.Generator,
        fault: str | None = None,
        f: str | Activation = "tanh",
    ) -> None:
        if fault is not None and fault not in FAULTS:
            raise ValueError(f"fault must be None or one of {', '.join(FAULTS)}, got {fault!r}")
        hidden, classes = as_count(hidden, "hidden"), as_count(classes, "classes")
        rng = as_rng(rng)
        self.W1 = draw_weights("glorot", as_count(d_in, "d_in"), hidden, rng)
        self.b1 = rng.normal(0.0, 0.1, hidden)
        self.W2 = draw_weights("glorot", hidden, classes, rng)
        self.b2 = rng.normal(0.0, 0.1, classes)
        self.f = activation(f, "f")
        self.fault = fault
        self._last_dW1 = np.zeros_like(self.W1)

    def parameters(self) -> dict[str, NDArray[np.float64]]:
        """Return the arrays by name; not copies."""
        return {"W1": self.W1, "b1": self.b1, "W2": self.W2, "b2": self.b2}

    def forward(self, x: ArrayLike) -> tuple[Array, Array, Array]:
        """Return z1 and h, (batch, hidden), and the logits z2, (batch, classes)."""
        z1 = as_float(x, "x") @ self.W1.T + self.b1
        h = self.f(z1)
        return z1, h, h @ self.W2.T + self.b2

    def loss(self, x: ArrayLike, y: ArrayLike) -> float:
        """Return the cross-entropy of a batch, x (batch, d_in) and y (batch,); never faulty."""
        return cross_entropy(self.forward(x)[2], y)

    def gradients(self, x: ArrayLike, y: ArrayLike) -> dict[str, Array]:
        """Return the gradients by name, with the fault; x (batch, d_in), y (batch,)."""
        x, y = as_float(x, "x"), np.asarray(y)
        fault, m = self.fault, len(x)
        z1, h, z2 = self.forward(x)
        p, t = softmax(z2), np.eye(len(self.b2))[y]  # (batch, classes)

        d2 = (p - t) / m
        if fault == "mean_over_classes":
            d2 /= len(self.b2)
        elif fault == "sum_over_batch":
            d2 *= m
        elif fault == "softmax_sign":
            d2 = (t - p) / m
        elif fault == "target_forgotten":
            d2 = p / m

        dW2 = d2.T @ (z1 if fault == "before_activation" else h)  # (classes, hidden)
        db2 = np.zeros_like(self.b2) if fault == "bias_forgotten" else d2.sum(axis=0)

        d1 = d2 @ self.W2  # (batch, hidden)
        if fault != "no_slope":
            d1 *= self.f.derivative(h if fault == "slope_of_output" else z1)

        dW1 = d1.T @ x  # (hidden, d_in)
        db1 = d1.sum(axis=0)
        if fault == "reshaped":
            dW1 = (x.T @ d1).reshape(self.W1.shape)
        elif fault == "bias_axis":
            db1 = np.full_like(self.b1, d1.sum())
        elif fault == "not_cleared":
            dW1 += self._last_dW1
        self._last_dW1 = dW1.copy()

        gradients = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
        if fault == "mean_twice":
            gradients = {name: g / m for name, g in gradients.items()}
        return gradients

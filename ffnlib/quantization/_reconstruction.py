r"""How far a layer with other weights is from the layer, measured where it counts: at its output.

The squared error of the output for inputs x (n, d_in) is a quadratic form of the change of the
weights; half its second derivative weighs the change of each pair of columns:

.. math:: \|x W^\top - x \hat W^\top\|^2 = \tfrac12 \sum_i (w_i - \hat w_i)\, H\,
          (w_i - \hat w_i)^\top, \qquad H = 2\,x^\top x .
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_float


def relative_error(a: ArrayLike, exact: ArrayLike) -> float:
    r"""Return :math:`\|a - e\| / \|e\|` over all elements, e = ``exact``; 0 if both are zeros.

    TypeError if they do not hold real numbers; ValueError if their shapes differ.
    """
    got, right = as_float(a, "a").astype(np.float64), as_float(exact, "exact").astype(np.float64)
    if got.shape != right.shape:
        raise ValueError(f"a must have the shape of exact, {right.shape}, got {got.shape}")
    off, size = float(np.linalg.norm(got - right)), float(np.linalg.norm(right))
    return off / size if size else (0.0 if off == 0 else float("inf"))


def output_error(w: ArrayLike, w_hat: ArrayLike, x: ArrayLike) -> float:
    r"""Return a layer's relative output error, :math:`\|x\hat W^\top - xW^\top\|/\|xW^\top\|`.

    Parameters
    ----------
    w, w_hat : array_like, (d_out, d_in)
        The weights, and what takes their place.
    x : array_like, (n, d_in)

    Raises
    ------
    TypeError, ValueError
        If they do not hold real numbers, or the shapes do not fit.
    """
    weights, inputs = as_float(w, "w"), as_float(x, "x")
    if weights.ndim != 2 or inputs.ndim != 2 or inputs.shape[1] != weights.shape[1]:
        raise ValueError(
            f"w must have shape (d_out, d_in) and x (n, d_in), got {weights.shape} and "
            f"{inputs.shape}"
        )
    inputs = inputs.astype(np.float64)
    return relative_error(inputs @ as_float(w_hat, "w_hat").T, inputs @ weights.T)


def cholesky_of_inverse(h: Array) -> NDArray[np.float64]:
    r"""Return the upper triangular U with :math:`U^\top U = H^{-1}`, without inverting H.

    With rows and columns reversed, H's lower factor becomes an upper one, :math:`H = R R^\top`;
    then :math:`U = R^{-1}`. ValueError if H is not positive definite.
    """
    try:
        r = np.linalg.cholesky(h[::-1, ::-1])[::-1, ::-1]
    except np.linalg.LinAlgError as error:
        raise ValueError(
            "damping must be above 0 for this x: its columns depend on each other, so the Hessian "
            "has no inverse"
        ) from error
    return np.triu(np.linalg.inv(r))


def hessian(x: ArrayLike) -> NDArray[np.float64]:
    r"""Return :math:`H = 2\,x^\top x`, (d_in, d_in), of inputs x (n, d_in).

    TypeError if ``x`` does not hold real numbers; ValueError for another shape.
    """
    inputs = as_float(x, "x")
    if inputs.ndim != 2:
        raise ValueError(f"x must have shape (n, d_in), got {inputs.shape}")
    inputs = inputs.astype(np.float64)
    h: NDArray[np.float64] = 2 * (inputs.T @ inputs)
    return h

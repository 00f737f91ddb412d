"""The problem ``low_rank``, judged by the distance: signs and shares of the factors are free."""

from numpy import abs as np_abs
from numpy import all as np_all
from numpy import diag, isfinite, prod, shape, sqrt, zeros_like
from numpy import sum as np_sum
from numpy.linalg import svd

from ffnlib.checks.problem import (
    Fault,
    Mistake,
    Parts,
    Problem,
    close_relative,
    guessed,
    judge_value,
    mistakes_made,
)


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    """Judge two factors whose product should be as near as can be, and the distance."""
    W, r, least = inputs["W"], inputs["r"], expected["error"]
    B, A = returned["B"], returned["A"]
    rows, columns = W.shape
    if (shape(B), shape(A)) == ((r, columns), (rows, r)) != ((rows, r), (r, columns)):
        return Fault("A and B are swapped: return B, A, error")
    for name, part, wanted, turned in (
        ("B", B, (rows, r), "its columns, as many as the rank, have d_out numbers"),
        ("A", A, (r, columns), "its rows, as many as the rank, have d_in numbers"),
    ):
        if shape(part) != wanted:
            words = "is transposed" if shape(part) == wanted[::-1] else "has the wrong shape"
            return Fault(
                f"{name} {words}: {turned}", f"its shape is {shape(part)}, expected {wanted}"
            )
        if not np_all(isfinite(part)):
            return Fault(f"{name} has nan or inf in it where a finite number belongs")
    whole = np_sum(W * W)
    far = np_sum((W - B @ A) ** 2)
    if far > least**2 * (1.0 + 2.0 * tol) + (10.0 * tol) ** 2 * whole:
        return _too_far(inputs, B @ A, sqrt(far), least, tol)
    return _judge_error(inputs, returned["error"], least, tol)


def _too_far(inputs: Parts, product: object, far: float, least: float, tol: float) -> Fault:
    W, r = inputs["W"], inputs["r"]
    U, sigma, Vt = svd(W, full_matrices=False)
    best = (U[:, :r] * sigma[:r]) @ Vt[:r]
    roots = sqrt(sigma)

    def with_values(values: object) -> object:
        return (U[:, :r] * values) @ Vt[:r]

    def cut(keep_rows: bool) -> object:
        part = zeros_like(W)
        if keep_rows:
            part[:r] = W[:r]
        else:
            part[:, :r] = W[:, :r]
        return part

    mistakes = [
        Mistake("the singular values are missing", lambda: with_values(1.0)),
        Mistake("the singular values are multiplied twice: into one factor, or their roots into "
                "both", lambda: with_values(sigma[:r] ** 2)),
        Mistake("only the roots of the singular values are there: both factors need them, or one "
                "factor the values themselves", lambda: with_values(roots[:r])),
        Mistake("the smallest singular values are kept: NumPy puts the largest first",
                lambda: (U[:, -r:] * sigma[-r:]) @ Vt[-r:]),
        Mistake("the third part of numpy.linalg.svd is V transposed already: take its rows, not "
                "its columns", lambda: (U[:, :r] * sigma[:r]) @ Vt.T[:r]),
        Mistake("the third part of numpy.linalg.svd is V transposed already: take its rows, not "
                "its columns", lambda: (U[:, :r] * sigma[:r]) @ Vt[:, :r].T),
        Mistake("the first part of numpy.linalg.svd holds the vectors in its columns",
                lambda: (U[:r].T * sigma[:r]) @ Vt[:r]),
        Mistake("the singular values stand beside the wrong vectors",
                lambda: with_values(sigma[:r][::-1])),
        Mistake("only the largest singular value is used",
                lambda: (U[:, :1] * sigma[:1]) @ Vt[:1]),
        Mistake("one rank too few is used", lambda: (U[:, : r - 1] * sigma[: r - 1])
                @ Vt[: r - 1]),
        Mistake("the first rank is left out", lambda: (U[:, 1 : r + 1] * sigma[1 : r + 1])
                @ Vt[1 : r + 1]),
        Mistake("this keeps the first rows of W and no more", lambda: cut(True)),
        Mistake("this keeps the first columns of W and no more", lambda: cut(False)),
        Mistake("the product has the wrong sign: the signs of a pair of vectors belong together",
                lambda: -best),
        Mistake("this is what the nearest matrix leaves out", lambda: W - best),
        Mistake("the singular values are divided by the largest", lambda: best / sigma[0]),
        Mistake("the product is zero", lambda: zeros_like(W)),
    ]  # fmt: skip
    return guessed(
        mistakes_made(product, best, mistakes, 1e-3 if tol > 1e-6 else 1e-5),
        "there is a matrix of this rank that is nearer to W than B A",
        f"the distance is {far:.6g}, the least is {least:.6g}",
    )


def _judge_error(inputs: Parts, got: float, least: float, tol: float) -> Fault | None:
    W, r = inputs["W"], inputs["r"]
    sigma = svd(W, compute_uv=False)
    size = sqrt(np_sum(sigma**2))
    if abs(got - least) <= 10.0 * tol * size:  # it may be 0, or next to it
        return None
    left = sigma[r:]
    mistakes = [
        Mistake("the error is squared: take the root", lambda: least**2),
        Mistake("the error adds the singular values: add their squares and take the root",
                lambda: np_sum(left)),
        Mistake("the error is that of the spectral norm: the Frobenius norm needs all singular "
                "values that are left out", lambda: left[0]),
        Mistake("the error is the size of what is kept, not of what is left out",
                lambda: sqrt(size**2 - least**2)),
        Mistake("the error is divided by the size of W", lambda: least / size),
        Mistake("the error is divided by the number of entries",
                lambda: least**2 / prod(W.shape)),
        Mistake("the error is that of one entry: do not divide by their number",
                lambda: least / sqrt(prod(W.shape))),
        Mistake("the error counts one singular value too few",
                lambda: sqrt(np_sum(sigma[r + 1 :] ** 2))),
        Mistake("the error counts one singular value too many",
                lambda: sqrt(np_sum(sigma[r - 1 :] ** 2))),
        Mistake("this is the last singular value that is kept", lambda: sigma[r - 1]),
        Mistake("the error is the largest entry of what is left out", lambda: np_abs(
            W - svd(W, full_matrices=False)[0][:, :r] @ diag(sigma[:r])
            @ svd(W, full_matrices=False)[2][:r]).max()),
        Mistake("this is the size of W itself", lambda: size),
    ]  # fmt: skip
    if close_relative(got, least, 1e-2):
        return guessed(
            ["the error is only roughly right: return it as it is, not rounded"],
            "the error is wrong",
        )
    mistakes.append(Mistake("the error is negative: a distance is not", lambda: -least))
    return judge_value("the error", got, least, mistakes, tol) or Fault("the error is wrong")


PROBLEM = Problem(
    "low_rank",
    {"W": "matrix", "r": "integer"},
    {"B": "matrix", "A": "matrix", "error": "number"},
    _judge,
    expected={"error": "number"},
)

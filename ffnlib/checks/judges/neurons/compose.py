"""The problem ``compose``, with the mistakes its results give away."""

from numpy import abs as np_abs

from ffnlib.checks.problem import Fault, Mistake, Parts, Problem, close_to_terms, judge_value


def _judge(inputs: Parts, expected: Parts, returned: Parts, tol: float) -> Fault | None:
    A, a, B, b = (inputs[name] for name in ("A", "a", "B", "b"))
    C, c = expected["C"], expected["c"]
    in_matrix = [
        Mistake("C is the product in the wrong order: which map meets x first?", lambda: A @ B),
        Mistake("C is transposed: x is a column here, as in A x + a", lambda: C.T),
        Mistake("C is transposed and in the wrong order", lambda: (A @ B).T),
        Mistake("C multiplies entry by entry: * is not the matrix product", lambda: B * A),
        Mistake("C adds the matrices: maps that follow one another multiply", lambda: A + B),
        Mistake("C uses a transposed matrix: check B against B.T", lambda: B.T @ A),
        Mistake("C uses a transposed matrix: check A against A.T", lambda: B @ A.T),
    ]
    fault = judge_value(
        "C", returned["C"], C, in_matrix, tol, close_to_terms(np_abs(B) @ np_abs(A))
    )
    if fault is not None:
        return fault
    in_vector = [
        Mistake(
            "c adds the two shifts: the first shift passes through the second map", lambda: a + b
        ),
        Mistake("c forgets the second shift b", lambda: c - b),
        Mistake("c forgets the first shift a", lambda: b),
        Mistake("c forgets the second shift b and the second map", lambda: a),
        Mistake("c sends the wrong shift through the second map", lambda: B @ b + a),
        Mistake("c sends the shift b through A: which map comes second?", lambda: A @ b + a),
        Mistake("c sends the shift a through A: which map comes second?", lambda: A @ a + b),
        Mistake("c sends a through the transposed second matrix", lambda: a @ B + b),
        Mistake("c sends a through the whole composed matrix", lambda: C @ a + b),
        Mistake("c multiplies the shift by the sum of the rows", lambda: B.sum(axis=1) * a + b),
    ]
    return judge_value(
        "c", returned["c"], c, in_vector, tol, close_to_terms(np_abs(B) @ np_abs(a) + np_abs(b))
    )


PROBLEM = Problem(
    "compose",
    {"A": "matrix", "a": "vector", "B": "matrix", "b": "vector"},
    {"C": "matrix", "c": "vector"},
    _judge,
)

# problem: compose
# verdict: right
# marks: 3

import sys
import warnings


def compose(A, a, B, b):
    print("A is", A.shape, file=sys.stderr)
    warnings.warn("look out")
    np.log(np.zeros(2))
    print("computing")
    C, c = np.matrix(B) * np.matrix(A), np.inner(B, a) + b
    A[:] = a[:] = B[:] = b[:] = -1
    return C, c

# %% right: by probing
def compose(A, a, B, b):
    def both(x):
        return B.dot(A.dot(x) + a) + b

    c = both(np.zeros(A.shape[1]))
    columns = [both(e) - c for e in np.eye(A.shape[1])]
    return np.column_stack(columns), c


# %% right: einsum single
def compose(A, a, B, b):
    # computed in single precision
    A, a, B, b = (np.asarray(t, dtype=np.float32) for t in (A, a, B, b))
    C = np.einsum("km,mn->kn", B, A)
    c = np.einsum("km,m->k", B, a) + b
    return C, c


# %% right: homogeneous columns
def compose(A, a, B, b):
    """Affine maps as matrices with one more row; c comes back as a column."""
    F = np.block([[A, a[:, None]], [np.zeros((1, A.shape[1])), np.ones((1, 1))]])
    G = np.block([[B, b[:, None]], [np.zeros((1, B.shape[1])), np.ones((1, 1))]])
    H = G @ F
    return H[:-1, :-1], H[:-1, -1:]


# %% right: loops lists
def compose(A, a, B, b):
    A, a, B, b = A.tolist(), a.tolist(), B.tolist(), b.tolist()
    k, m, n = len(B), len(A), len(A[0])
    C = [[0] * n for _ in range(k)]
    c = list(b)
    for i in range(k):
        for j in range(m):
            c[i] += B[i][j] * a[j]
            for l in range(n):
                C[i][l] += B[i][j] * A[j][l]
    return [C, c]


# %% right: matmul
def compose(A, a, B, b):
    return B @ A, B @ a + b


# %% right: noisy in place
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


# %% right: one matrix in single precision
def compose(A, a, B, b):
    B = B.astype(np.float32)
    return B @ A, B @ a + b


# %% wrong: added matrices | C adds the matrices
def compose(A, a, B, b):
    return A + B, a + b


# %% wrong: added shifts | c adds the two shifts
def compose(A, a, B, b):
    return B @ A, a + b


# %% wrong: entrywise | C multiplies entry by entry
def compose(A, a, B, b):
    return B * A, B @ a + b


# %% wrong: equal to everything | is or contains an Anything
class Anything:
    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        return np.zeros((2, 2))


def compose(A, a, B, b):
    return Anything(), Anything()


# %% wrong: forgot return | the result is None: is a return missing?
def compose(A, a, B, b):
    C = B @ A
    c = B @ a + b


# %% wrong: no first shift | c forgets the first shift a
def compose(A, a, B, b):
    return B @ A, b


# %% wrong: no second shift | c forgets the second shift b
def compose(A, a, B, b):
    return B @ A, B @ a


# %% wrong: one result | the result has 1 parts; return C, c
def compose(A, a, B, b):
    return (B @ A,)


# %% wrong: order | C is the product in the wrong order
def compose(A, a, B, b):
    return A @ B, B @ a + b


# %% wrong: rows | C is transposed: x is a column here
def compose(A, a, B, b):
    return (B @ A).T, B @ a + b


# %% wrong: rows order | C is transposed and in the wrong order
def compose(A, a, B, b):
    # for rows, x @ A.T + a
    return B.T @ A.T, a @ B.T + b


# %% wrong: shift through A | c sends the shift a through A
def compose(A, a, B, b):
    return B @ A, A @ a + b


# %% wrong: square only | passes the visible cases but not a hidden one
def compose(A, a, B, b):
    k, m = B.shape
    n = A.shape[1]
    C = np.zeros((k, n))
    for i in range(k):
        for j in range(n):
            for l in range(min(m, 3)):
                C[i, j] += B[i, l] * A[l, j]
    return C, B @ a + b

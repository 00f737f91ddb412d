# %% right: alternating least squares
def low_rank(W, r):
    B = np.random.default_rng(0).normal(size=(W.shape[0], r))
    for _ in range(2000):
        B = np.linalg.qr(B)[0]
        A = B.T @ W
        B = W @ np.linalg.pinv(A)
    return B, A, np.sqrt(np.sum((W - B @ A) ** 2))


# %% right: any basis
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W)
    mix = np.random.default_rng(3).normal(size=(r, r)) + 4 * np.eye(
        r
    )  # the product does not change
    B = -U[:, :r] @ mix
    A = -np.linalg.solve(mix, s[:r, None] * Vt[:r])
    return B, A, np.hypot.reduce(np.append(s[r:], 0.0))


# %% right: diagonal matrix
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :r], np.diag(s[:r]) @ Vt[:r], math.sqrt(math.fsum(v * v for v in s[r:]))


# %% right: eigenvectors
def low_rank(W, r):
    values, vectors = np.linalg.eigh(W.T @ W)  # upwards
    V = vectors[:, ::-1][:, :r]  # (d_in, r)
    return W @ V, V.T, np.sqrt(max(values[: len(values) - r].sum(), 0.0))


# %% right: one pattern at a time
def low_rank(W, r):
    rest, B, A = W.copy(), [], []
    for _ in range(r):
        u, s, vt = np.linalg.svd(rest)
        B.append(u[:, 0] * s[0])
        A.append(vt[0])
        rest = rest - np.outer(B[-1], A[-1])
    return np.array(B).T, np.array(A), np.linalg.norm(rest)


# %% right: roots on both sides
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W)
    root = np.sqrt(s[:r])
    B, A = U[:, :r] * root, root[:, None] * Vt[:r]
    return B, A, np.linalg.norm(W - B @ A)


# %% right: single precision
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W.astype(np.float32))
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.linalg.norm(W - B @ A)


# %% wrong: A transposed | A is transposed
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r].T
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: Vt transposed again | V transposed already
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:, :r].T if Vt.shape[0] == Vt.shape[1] else Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: columns of Vt | A has the wrong shape
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:, :r].T[:, :2]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: error of the kept | the size of what is kept
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sqrt(np.sum(s[:r] ** 2))


# %% wrong: error squared | the error is squared
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sum(s[r:] ** 2)


# %% wrong: first rows | the first rows of W
def low_rank(W, r):
    B, A = np.eye(len(W))[:, :r], W[:r]
    return B, A, np.linalg.norm(W - B @ A)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.lora import best_approximation


def low_rank(W, r):
    best = best_approximation(W, r)
    return best.B, best.A, best.error


# %% wrong: largest entry | the largest entry of what is left out
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.abs(W - B @ A).max()


# %% wrong: mean error | divided by the number of entries
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.mean((W - B @ A) ** 2)


# %% wrong: no singular values | the singular values are missing
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r], Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: not cut off | B has the wrong shape: its columns, as many as the rank
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U * s, Vt
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: one value less | counts one singular value too few
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sqrt(np.sum(s[r + 1 :] ** 2))


# %% wrong: relative error | divided by the size of W
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2) / np.sum(s**2))


# %% wrong: roots once | only the roots of the singular values
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * np.sqrt(s[:r]), Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: rows of U | holds the vectors in its columns
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = (U[:r].T * s[:r]) if U.shape[0] == U.shape[1] else U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: smallest | the smallest singular values are kept
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, -r:] * s[-r:], Vt[-r:]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: spectral error | spectral norm
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, s[r] if r < len(s) else 0.0


# %% wrong: stopped early | nearer to W than B A
def low_rank(W, r):
    A = np.random.default_rng(0).normal(size=(r, W.shape[1]))
    for _ in range(2):
        B = W @ np.linalg.pinv(A)
        A = np.linalg.pinv(B) @ W
    return B, A, np.linalg.norm(W - B @ A)


# %% wrong: swapped | A and B are swapped
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return Vt[:r], U[:, :r] * s[:r], np.sqrt(np.sum(s[r:] ** 2))


# %% wrong: values added | the error adds the singular values
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], Vt[:r]
    return B, A, np.sum(s[r:])


# %% wrong: values twice | the singular values are multiplied twice
def low_rank(W, r):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    B, A = U[:, :r] * s[:r], s[:r, None] * Vt[:r]
    return B, A, np.sqrt(np.sum(s[r:] ** 2))

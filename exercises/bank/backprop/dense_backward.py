# %% right: bias as a weight
def dense_backward(x, W, g):
    # the bias is the weight of an input that is always 1
    wide = np.hstack([x, np.ones((len(x), 1))])
    d = (wide.T @ g).T
    return (W.T @ g.T).T, d[:, :-1], d[:, -1]


# %% right: einsum
def dense_backward(x, W, g):
    return np.einsum("mo,oi->mi", g, W), np.einsum("mo,mi->oi", g, x), np.einsum("mo->o", g)


# %% right: loops
def dense_backward(x, W, g):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W))
    for n in range(len(x)):
        for i in range(len(W)):
            for j in range(W.shape[1]):
                dx[n, j] += g[n, i] * W[i, j]
                dW[i, j] += g[n, i] * x[n, j]
            db[i] += g[n, i]
    return dx, dW, db


# %% right: matrices
def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.sum(axis=0)


# %% right: outer products
def dense_backward(x, W, g):
    dW = sum(np.outer(gi, xi) for gi, xi in zip(g, x))
    db = np.ones((1, len(g))) @ g
    return [[gi @ W for gi in g], dW, db]


# %% right: gradient in single precision
def dense_backward(x, W, g):
    g = g.astype(np.float32)
    return g @ W, g.T @ x, g.astype(np.float64).sum(axis=0)


# %% wrong: dW over m | dW is divided by the batch size
def dense_backward(x, W, g):
    return g @ W, g.T @ x / len(x), g.sum(axis=0)


# %% wrong: dW reshaped | dW is reshaped where it had to be transposed
def dense_backward(x, W, g):
    return g @ W, (x.T @ g).reshape(W.shape), g.sum(axis=0)


# %% wrong: dW transposed | dW is transposed
def dense_backward(x, W, g):
    return g @ W, x.T @ g, g.sum(axis=0)


# %% wrong: db mean | db is the mean over the batch
def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.mean(axis=0)


# %% wrong: db not summed | db has 2 dimensions; a vector has one
def dense_backward(x, W, g):
    return g @ W, g.T @ x, np.hstack([g, g])


# %% wrong: db wrong axis | db is summed over the units
def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.sum(axis=1)


# %% wrong: dx over m | dx is divided by the batch size
def dense_backward(x, W, g):
    return g @ W / len(x), g.T @ x, g.sum(axis=0)


# %% wrong: dx times W transposed | dense_backward stopped with ValueError
def dense_backward(x, W, g):
    return g @ W.T, g.T @ x, g.sum(axis=0)


# %% wrong: examples added first | dW adds the examples first
def dense_backward(x, W, g):
    return g @ W, np.outer(g.sum(axis=0), x.sum(axis=0)), g.sum(axis=0)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import Linear


def dense_backward(x, W, g):
    layer = Linear.from_arrays(W, np.zeros(len(W)))
    dx = layer.backward(x, g)
    return dx, layer.dW, layer.db


# %% wrong: ones for the bias | db is 1 or m
def dense_backward(x, W, g):
    return g @ W, g.T @ x, np.ones(len(W))

# %% right: central differences are exact here
def lora_gradients(x, W, A, B, alpha, g):
    # the loss sum(g * y) is linear in each array, so a step of 1 has no error
    s = alpha / len(A)

    def J(x, A, B):
        return np.sum(g * (x @ W.T + s * (x @ A.T) @ B.T))

    def slope(f, part):
        d = np.zeros(part.shape)
        for i in np.ndindex(part.shape):
            e = np.zeros(part.shape)
            e[i] = 1.0
            d[i] = (f(part + e) - f(part - e)) / 2
        return d

    return (
        slope(lambda p: J(x, p, B), A),
        slope(lambda p: J(x, A, p), B),
        slope(lambda p: J(p, A, B), x),
    )


# %% right: complex step
def lora_gradients(x, W, A, B, alpha, g):
    # J = sum(g * y) has the gradient asked for
    s, tiny = alpha / len(A), 1e-30

    def J(x, A, B):
        return np.sum(g * (x @ W.T + s * (x @ A.T) @ B.T))

    found = []
    for which, part in enumerate((A, B, x)):
        d = np.zeros(part.shape)
        for i in np.ndindex(part.shape):
            moved = [x, A, B]
            at = {0: 1, 1: 2, 2: 0}[which]
            moved[at] = part.astype(complex)
            moved[at][i] += 1j * tiny
            d[i] = J(*moved).imag / tiny
        found.append(d)
    return tuple(found)


# %% right: einsum
def lora_gradients(x, W, A, B, alpha, g):
    s = alpha / len(A)
    dA = s * np.einsum("no,or,ni->ri", g, B, x)
    dB = s * np.einsum("no,ni,ri->or", g, x, A)
    return dA, dB, np.einsum("no,oi->ni", g, W) + s * np.einsum("no,or,ri->ni", g, B, A)


# %% right: example by example
def lora_gradients(x, W, A, B, alpha, g):
    s = alpha / B.shape[1]
    dA, dB, dx = np.zeros(A.shape), np.zeros(B.shape), []
    for one, back in zip(x, g):
        dA += s * np.outer(B.T @ back, one)
        dB += s * np.outer(back, A @ one)
        dx.append(W.T @ back + s * A.T @ (B.T @ back))
    return dA, dB, dx


# %% right: through the update
def lora_gradients(x, W, A, B, alpha, g):
    s = alpha / len(A)
    dW = g.T @ x  # the gradient of the update, were it free
    return s * B.T @ dW, s * dW @ A.T, g @ (W + s * B @ A)


# %% right: inputs in single precision
def lora_gradients(x, W, A, B, alpha, g):
    x, g = x.astype(np.float32), g.astype(np.float32)
    s = alpha / len(A)
    back = s * (g @ B)
    return back.T @ x, s * g.T @ (x @ A.T), g @ W + back @ A


# %% wrong: all of dx scaled | dx: the frozen part is multiplied by alpha/r too
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = s * (g @ W + (g @ B) @ A)
    return dA, dB, dx


# %% wrong: alpha not divided | dA: alpha is not divided by the rank
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = alpha * (g @ B).T @ x
    dB = alpha * g.T @ (x @ A.T)
    dx = g @ W + alpha * (g @ B) @ A
    return dA, dB, dx


# %% wrong: dx of the factors swapped | lora_gradients stopped with ValueError
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = g @ W + s * (g @ A.T) @ B.T
    return dA, dB, dx


# %% wrong: factor missing in dB | dB: the factor alpha/r is forgotten
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = g.T @ (x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: factor missing in dx | dx: the factor alpha/r is forgotten
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = g @ W + (g @ B) @ A
    return dA, dB, dx


# %% wrong: factor twice | dB: the factor alpha/r is multiplied twice
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (s * x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import Linear
from ffnlib.lora import LoRALinear


def lora_gradients(x, W, A, B, alpha, g):
    layer = LoRALinear(Linear.from_arrays(W, W[:, 0]), len(A), alpha, rng=np.random.default_rng(0))
    layer.A[...], layer.B[...] = A, B
    dx = layer.backward(x, g)
    return layer.adapter.dA, layer.adapter.dB, dx


# %% wrong: frozen part alone | dx is that of the frozen layer alone
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = g @ W
    return dA, dB, dx


# %% wrong: gradient of W | this is the gradient of W, which is frozen
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = g.T @ x
    dB = s * g.T @ (x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: mean | dA is the mean over the batch
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x / len(x)
    dB = s * g.T @ (x @ A.T) / len(x)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: no factor | dA: the factor alpha/r is forgotten
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = (g @ B).T @ x
    dB = g.T @ (x @ A.T)
    dx = g @ W + (g @ B) @ A
    return dA, dB, dx


# %% wrong: swapped | dA and dB are swapped
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dB, dA, dx


# %% wrong: transposed | dA is transposed
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * x.T @ (g @ B)
    dB = s * g.T @ (x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: update alone | dx leaves out the frozen layer
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = s * (g @ B).T @ x
    dB = s * g.T @ (x @ A.T)
    dx = s * (g @ B) @ A
    return dA, dB, dx


# %% wrong: wrong sign | dA has the wrong sign
def lora_gradients(x, W, A, B, alpha, g):
    r = len(A)
    s = alpha / r
    dA = -s * (g @ B).T @ x
    dB = -s * g.T @ (x @ A.T)
    dx = g @ W + s * (g @ B) @ A
    return dA, dB, dx

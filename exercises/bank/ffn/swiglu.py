# %% right: einsum tanh
def swiglu(x, W_gate, W_up, W_down):
    half = np.einsum("nd,hd->nh", x, W_gate) / 2
    return np.einsum("nh,nh,hd,nd,jh->nj", half, 1 + np.tanh(half), W_up, x, W_down)


# %% right: matrices
def swiglu(x, W_gate, W_up, W_down):
    z = x @ W_gate.T
    hidden = z / (1 + np.exp(-z)) * (x @ W_up.T)
    return hidden @ W_down.T


# %% right: memories token by token
def silu(z):
    return z * 0.5 * (1 + np.tanh(z / 2))


def swiglu(x, W_gate, W_up, W_down):
    y = np.zeros((x.shape[0], W_down.shape[0]))
    for t, token in enumerate(x):
        for g, u, v in zip(W_gate, W_up, W_down.T):
            y[t] += silu(g @ token) * (u @ token) * v
    return y


# %% right: one fused projection
def swiglu(x, W_gate, W_up, W_down):
    both = np.concatenate([W_up, W_gate]) @ x.T
    up, gate = np.split(both, 2)
    with np.errstate(over="ignore"):
        e = np.exp(gate)
    return (W_down @ (up * gate * (e / (e + 1)))).T


# %% right: python loops
def swiglu(x, W_gate, W_up, W_down):
    result = []
    for token in x.tolist():
        y = [0.0] * len(W_down)
        for i in range(len(W_gate)):
            g = sum(w * v for w, v in zip(W_gate[i], token))
            u = sum(w * v for w, v in zip(W_up[i], token))
            coefficient = g / (1 + math.exp(-g)) * u
            for j in range(len(y)):
                y[j] += coefficient * W_down[j, i]
        result.append(y)
    return result


# %% right: single precision warns
import warnings


def swiglu(x, W_gate, W_up, W_down):
    warnings.warn("float32 from here")
    x, g, u, d = (a.astype(np.float32) for a in (x, W_gate, W_up, W_down))
    z = np.inner(x, g)
    return np.inner(z * (1 / (1 + np.exp(-z))) * np.inner(x, u), d)


# %% right: inputs in half the digits
def swiglu(x, W_gate, W_up, W_down):
    x = x.T.astype(np.float32).T
    g = x @ W_gate.T
    return (g / (1 + np.exp(-g)) * (x @ W_up.T)) @ W_down.T


# %% wrong: added | the two branches are added: multiply them
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(g) + u) @ W_down.T


# %% wrong: arguments mixed up | silu is on the up branch
def swiglu(x, w1, w3, w2):
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(x @ w3.T) * (x @ w1.T)) @ w2.T


# %% wrong: bilinear | silu is missing
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (g * u) @ W_down.T


# %% wrong: first token only | this is only the first token
def swiglu(x, W_gate, W_up, W_down):
    for token in x:
        g = W_gate @ token
        y = W_down @ (g / (1 + np.exp(-g)) * (W_up @ token))
        return y[None]


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import FeedForward


def swiglu(x, W_gate, W_up, W_down):
    h, d = W_gate.shape
    layer = FeedForward(d, h, "swiglu", rng=np.random.default_rng(0))
    layer.gate.W[...], layer.up.W[...], layer.down.W[...] = W_gate, W_up, W_down
    return layer.forward(x)


# %% wrong: gelu gate | the gate goes through GELU
def swiglu(x, W_gate, W_up, W_down):
    erf = np.vectorize(math.erf)
    g = x @ W_gate.T
    return (g / 2 * (1 + erf(g / math.sqrt(2))) * (x @ W_up.T)) @ W_down.T


# %% wrong: no down | this is the hidden layer
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(g) * u)


# %% wrong: no up | the up branch is missing
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(g)) @ W_down.T


# %% wrong: not transposed | swiglu stopped with ValueError
def swiglu(x, W_gate, W_up, W_down):
    g = x @ W_gate
    return (g / (1 + np.exp(-g)) * (x @ W_up)) @ W_down


# %% wrong: relu gate | the gate goes through ReLU
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (np.maximum(g, 0) * u) @ W_down.T


# %% wrong: residual | the residual is outside of the block
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return x + (silu(g) * u) @ W_down.T


# %% wrong: sigmoid gate | the sigmoid alone is the gate of GLU
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (u / (1 + np.exp(-g))) @ W_down.T


# %% wrong: silu of product | silu is taken of the product
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(g * u)) @ W_down.T


# %% wrong: silu on both | silu is on both branches
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (silu(g) * silu(u)) @ W_down.T


# %% wrong: silu on up | silu is on the up branch
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (g * silu(u)) @ W_down.T


# %% wrong: transposed result | the result is transposed
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return W_down @ (silu(g) * u).T


# %% wrong: wrong sign | silu has the wrong sign in the exponent
def swiglu(x, W_gate, W_up, W_down):
    g, u = x @ W_gate.T, x @ W_up.T
    silu = lambda z: z / (1 + np.exp(-z))
    return (g / (1 + np.exp(g)) * u) @ W_down.T


# %% wrong: gate clipped | large gates are cut off
def swiglu(x, W_gate, W_up, W_down):
    g = np.clip(x @ W_gate.T, -20, 20)
    return (g / (1 + np.exp(-g)) * (x @ W_up.T)) @ W_down.T

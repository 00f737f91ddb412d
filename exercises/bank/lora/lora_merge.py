# %% right: python loops
def lora_merge(W, A, B, alpha):
    r = len(A)
    return [
        [
            float(W[o, i]) + alpha * sum(float(B[o, k] * A[k, i]) for k in range(r)) / r
            for i in range(W.shape[1])
        ]
        for o in range(W.shape[0])
    ]


# %% right: stacked
def lora_merge(W, A, B, alpha):
    s = alpha / len(A)
    return np.hstack([np.eye(len(W)), s * B]) @ np.vstack([W, A])


# %% right: sum of outer products
def lora_merge(W, A, B, alpha):
    merged = W.copy()
    for a, b in zip(A, B.T):
        merged += alpha / len(A) * np.outer(b, a)
    return merged


# %% right: tensordot in place
def lora_merge(W, A, B, alpha):
    W += np.tensordot(B * alpha, A, axes=1) / B.shape[1]
    return W


# %% right: what it does to unit vectors
def lora_merge(W, A, B, alpha):
    x = np.eye(W.shape[1])  # a layer's weights are what it makes of the unit vectors
    return (x @ W.T + (x @ A.T) @ B.T * (alpha / A.shape[0])).T


# %% wrong: alpha forgotten | alpha is forgotten
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + B @ A / r


# %% wrong: alpha not divided | alpha is not divided by the rank
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + alpha * B @ A


# %% wrong: both scaled | multiplied to W too
def lora_merge(W, A, B, alpha):
    r = len(A)
    return alpha / r * (W + B @ A)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.lora import Adapter


def lora_merge(W, A, B, alpha):
    adapter = Adapter(*W.shape[::-1], len(A), alpha, rng=np.random.default_rng(0))
    adapter.A, adapter.B = A, B
    return W + adapter.delta()


# %% wrong: multiplied | W is multiplied by the update
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W * (alpha / r * B @ A)


# %% wrong: no factor | the factor alpha/r is forgotten
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + B @ A


# %% wrong: not merged | the update is missing
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W


# %% wrong: rank from the inputs | divided by the number of inputs
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + alpha / A.shape[1] * B @ A


# %% wrong: subtracted | the update is subtracted
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W - alpha / r * B @ A


# %% wrong: transposed | the result is transposed
def lora_merge(W, A, B, alpha):
    r = len(A)
    return (W + alpha / r * B @ A).T


# %% wrong: transposed update | lora_merge stopped with ValueError
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + alpha / r * (B @ A).T


# %% wrong: update alone | this is the update alone: add it
def lora_merge(W, A, B, alpha):
    r = len(A)
    return alpha / r * B @ A


# %% wrong: upside down | upside down
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + r / alpha * B @ A


# %% wrong: wrong order | lora_merge stopped with ValueError
def lora_merge(W, A, B, alpha):
    r = len(A)
    return W + alpha / r * A @ B


# %% wrong: whole division | alpha // r rounds down
def lora_merge(W, A, B, alpha):
    return W + alpha // len(A) * (B @ A)

# %% right: effective weights
def lora_forward(x, W, b, A, B, alpha):
    merged = W + (alpha / A.shape[0]) * B @ A
    return x @ merged.T + b


# %% right: einsum
def lora_forward(x, W, b, A, B, alpha):
    y = np.einsum("oi,ni->no", W, x) + b
    return y + np.einsum("or,ri,ni->no", B, A, x) * alpha / B.shape[1]


# %% right: one big matrix
def lora_forward(x, W, b, A, B, alpha):
    r = B.shape[1]
    left = np.hstack([W, B, b[:, None]])  # (d_out, d_in + r + 1)
    right = np.hstack([x, (x @ A.T) * alpha / r, np.ones((len(x), 1))])
    return right @ left.T


# %% right: python loops
def lora_forward(x, W, b, A, B, alpha):
    r, outputs = len(A), []
    for token in x.tolist():
        low = [math.fsum(a * t for a, t in zip(row, token)) for row in A.tolist()]
        outputs.append(
            [
                math.fsum(w * t for w, t in zip(W[o].tolist(), token))
                + float(b[o])
                + alpha / r * math.fsum(v * h for v, h in zip(B[o].tolist(), low))
                for o in range(len(W))
            ]
        )
    return outputs


# %% right: rank one terms
def lora_forward(x, W, b, A, B, alpha):
    y = x @ W.T + b
    for a, column in zip(A, B.T):
        y += np.outer(x @ a, column) * (alpha / len(A))
    return y


# %% right: scaled factor
def lora_forward(x, W, b, A, B, alpha):
    A = A * (alpha / len(A))  # the factor goes where it costs least
    return (B @ (A @ x.T) + W @ x.T).T + b[None, :]


# %% right: single precision
def lora_forward(x, W, b, A, B, alpha):
    x, W, b, A, B = (part.astype(np.float32) for part in (x, W, b, A, B))
    return x @ W.T + b + np.float32(alpha / len(A)) * ((x @ A.T) @ B.T)


# %% right: inputs in single precision
def lora_forward(x, W, b, A, B, alpha):
    x = x.astype(np.float32)
    return x @ W.T + b + alpha / len(A) * (x @ A.T) @ B.T


# %% wrong: A and B swapped | lora_forward stopped with ValueError
def lora_forward(x, W, b, A, B, alpha):
    return x @ W.T + b + alpha / len(A) * (x @ B) @ A


# %% wrong: A and B swapped where square | A and B are swapped
def lora_forward(x, W, b, A, B, alpha):
    s = alpha / len(A)
    if W.shape[0] == W.shape[1]:
        return x @ W.T + b + s * (x @ B) @ A
    return x @ W.T + b + s * (x @ A.T) @ B.T


# %% wrong: all scaled | everything is multiplied by alpha/r
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return alpha / r * (x @ W.T + b + (x @ A.T) @ B.T)


# %% wrong: alpha not divided | alpha is not divided by the rank
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + alpha * (x @ A.T) @ B.T


# %% wrong: bias scaled | the bias is multiplied by alpha/r too
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + alpha / r * ((x @ A.T) @ B.T + b)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import Linear
from ffnlib.lora import LoRALinear


def lora_forward(x, W, b, A, B, alpha):
    layer = LoRALinear(Linear.from_arrays(W, b), len(A), alpha, rng=np.random.default_rng(0))
    layer.A[...], layer.B[...] = A, B
    return layer.forward(x)


# %% wrong: frozen alone | this is the frozen layer alone
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b


# %% wrong: no bias | the bias is missing
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + alpha / r * (x @ A.T) @ B.T


# %% wrong: no factor | the factor alpha/r is forgotten
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + (x @ A.T) @ B.T


# %% wrong: rank from the inputs | divided by the number of inputs
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + alpha / A.shape[1] * (x @ A.T) @ B.T


# %% wrong: rank from the outputs | outputs
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + alpha / len(B) * (x @ A.T) @ B.T


# %% wrong: root of the rank | divided by the root of the rank
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + alpha / np.sqrt(r) * (x @ A.T) @ B.T


# %% wrong: subtracted | the update is subtracted
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b - alpha / r * (x @ A.T) @ B.T


# %% wrong: update alone | this is the update alone
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return alpha / r * (x @ A.T) @ B.T


# %% wrong: upside down | upside down
def lora_forward(x, W, b, A, B, alpha):
    r = len(A)
    return x @ W.T + b + r / alpha * (x @ A.T) @ B.T


# %% wrong: weights transposed | lora_forward stopped with ValueError
def lora_forward(x, W, b, A, B, alpha):
    return x @ W + b + alpha / len(A) * (x @ A.T) @ B.T


# %% wrong: whole division | alpha // r rounds down
def lora_forward(x, W, b, A, B, alpha):
    return x @ W.T + b + alpha // len(A) * (x @ A.T) @ B.T

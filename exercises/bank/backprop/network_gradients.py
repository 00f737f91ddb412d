# %% right: columns and einsum warns
import warnings


def network_gradients(x, t, W1, b1, W2, b2):
    warnings.warn("examples are columns here")
    X, T = x.T, np.eye(len(b2))[:, t]
    H = np.tanh(W1 @ X + b1[:, None])
    E = np.exp(W2 @ H + b2[:, None])
    D2 = (E / E.sum(axis=0) - T) / X.shape[1]
    D1 = (W2.T @ D2) * (1 + H) * (1 - H)
    return np.einsum("in,jn->ij", D1, X), D1.sum(1), np.einsum("in,jn->ij", D2, H), D2.sum(1)


# %% right: each its own mean
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p - np.eye(len(b2))[t]
    dW2 = d2.T @ h / m
    db2 = d2.mean(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x / m, d1.mean(axis=0), dW2, db2


# %% right: example by example
def network_gradients(x, t, W1, b1, W2, b2):
    total = [np.zeros_like(a) for a in (W1, b1, W2, b2)]
    for xi, ti in zip(x, t):
        h = np.tanh(W1 @ xi + b1)
        e = np.exp(W2 @ h + b2)
        d2 = e / e.sum()
        d2[ti] -= 1
        d1 = (W2.T @ d2) / np.cosh(W1 @ xi + b1) ** 2
        for a, g in zip(total, (np.outer(d1, xi), d1, np.outer(d2, h), d2)):
            a += g / len(x)
    return total


# %% right: finite differences
def network_gradients(x, t, W1, b1, W2, b2):
    weights = [W1, b1, W2, b2]

    def loss(W1, b1, W2, b2):
        z = np.tanh(x @ W1.T + b1) @ W2.T + b2
        return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(t)), t])

    found = []
    for a in weights:
        g = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            kept, ends = a[i], []
            for h in (1e-5, -1e-5):
                a[i] = kept + h
                ends.append(loss(*weights))
            a[i] = kept
            g[i] = (ends[0] - ends[1]) / 2e-5
        found.append(g)
    return found


# %% right: repaired
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: bias over units | db1 is added up over the units as well
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, np.full(len(b1), d1.sum()), dW2, db2


# %% wrong: dW2 transposed | dW2 is transposed
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = h.T @ d2
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: mean twice left | dW1 and db1 are divided by m again
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x / m, d1.sum(axis=0) / m, dW2, db2


# %% wrong: no mean | the 1/m is missing
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: slope dropped | the slope of tanh is missing in d1
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: slope left | the slope of tanh is taken with z1
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - z1**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: slope of h | the slope of tanh is taken at h
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - np.tanh(h) ** 2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: target late | the targets are subtracted after the division by m
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p / m
    d2[np.arange(m), t] -= 1
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: two left | dW2 is made with z1: it needs what entered the second layer, h (1 more beside this)
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ z1
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - z1**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2


# %% wrong: unchanged | all four faults are still there
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p / m
    d2[np.arange(m), t] -= 1
    dW2 = d2.T @ z1
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - z1**2)
    return d1.T @ x / m, d1.sum(axis=0) / m, dW2, db2


# %% wrong: z1 left | dW2 is made with z1
def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ z1
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - h**2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2

# %% right: complex step
def loss_gradient(z, t):
    dz = np.zeros(z.shape)
    rows = np.arange(len(t))
    top = z.max(axis=1, keepdims=True)
    for index in np.ndindex(z.shape):
        moved = (z - top).astype(complex)
        moved[index] += 1e-30j
        loss = np.mean(np.log(np.exp(moved).sum(axis=1)) - moved[rows, t])
        dz[index] = loss.imag / 1e-30
    return dz


# %% right: differences warn
def loss_gradient(z, t):
    # p_j = 1 / sum_k exp(z_k - z_j); an overflow there gives 0, which is right
    p = 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
    for i, ti in enumerate(t):
        p[i, ti] = p[i, ti] - 1
    return (p / len(t)).tolist()


# %% right: in place
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[range(len(t)), t] -= 1
    return p / len(t)


# %% right: jacobian
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = []
    for pi, ti in zip(p, t):
        jacobian = np.diag(pi) - np.outer(pi, pi)
        shift = pi[ti] if pi[ti] > 1e-200 else 1.0
        if shift == 1.0 and pi[ti] <= 1e-200:
            rows.append(pi - np.eye(len(pi))[ti])
        else:
            rows.append(-jacobian[ti] / shift)
    return np.array(rows) / len(t)


# %% right: one hot
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (p - np.eye(z.shape[1])[t]) / z.shape[0]


# %% wrong: by probabilities | this is the gradient with respect to the probabilities
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.eye(z.shape[1])[t] / p / len(t)


# %% wrong: columns | 1 is subtracted from whole columns
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[:, t] -= 1
    return p / len(t)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import cross_entropy


def loss_gradient(z, t):
    return cross_entropy.gradient(z, t)


# %% wrong: mean twice | 1/m is there twice
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t) ** 2


# %% wrong: no mean | the 1/m is missing
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p


# %% wrong: no shift | softmax is computed without a shift
def loss_gradient(z, t):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)


# %% wrong: no target | the targets are not subtracted
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p / len(t)


# %% wrong: over all entries | divided by all entries
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / p.size


# %% wrong: sign | the sign is wrong
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (np.eye(z.shape[1])[t] - p) / len(t)


# %% wrong: softmax over batch | softmax is taken over the batch
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)


# %% wrong: subtracted late | 1 is subtracted after the division by m
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p /= len(t)
    p[np.arange(len(t)), t] -= 1
    return p


# %% wrong: target entry only | only the target's entry has a gradient here
def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    one_hot = np.eye(z.shape[1])[t]
    return one_hot * (p - one_hot) / len(t)


# %% wrong: shift by the first logit | does exp overflow?
def loss_gradient(z, t):
    e = np.exp(z - z[:, :1])
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)


# %% wrong: shift by the mean | does exp overflow?
def loss_gradient(z, t):
    e = np.exp(z - z.mean(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)


# %% wrong: shift by the target logit | does exp overflow?
def loss_gradient(z, t):
    e = np.exp(z - z[np.arange(len(t)), t][:, None])
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)

# %% right: logaddexp
def cross_entropy(z, t):
    return np.mean([np.logaddexp.reduce(row) - row[i] for row, i in zip(z, t)])


# %% right: loops
def cross_entropy(z, t):
    total = 0.0
    for row, target in zip(z.tolist(), t.tolist()):
        # log sum_j exp(z_j - z_t) with the largest difference taken out
        d = [v - row[target] for v in row]
        m = max(d)
        total += m + math.log(sum(math.exp(v - m) for v in d))
    return total / len(t)


# %% right: one hot where
def cross_entropy(z, t):
    m, k = z.shape
    s = z - z.max(axis=1)[:, None]
    lse = np.log(np.exp(s) @ np.ones(k))
    chosen = np.where(np.eye(k)[t] == 1, s, 0).sum(axis=1)
    return (lse - chosen).sum() / m


# %% right: shift
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(z)), t].mean()


# %% right: softplus of the rest warns
def cross_entropy(z, t):
    rows = np.arange(len(t))
    others = z.copy()
    others[rows, t] = -np.inf
    gap = np.logaddexp.reduce(others, axis=1) - z[rows, t]
    naive = np.log(1 + np.exp(gap))  # overflows for large gaps
    return np.mean(np.where(gap > 30, gap, naive))


# %% wrong: base two | the base of the logarithm is 2
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(z)), t].mean() / np.log(2)


# %% wrong: epsilon | large losses are cut off
def cross_entropy(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t] + 1e-12).mean()


# %% wrong: from the library | is disabled in this notebook
import ffnlib.nn._losses


def cross_entropy(z, t):
    return ffnlib.nn.cross_entropy(z, t)


# %% wrong: log of softmax | the logarithm of a probability that rounds to 0
def cross_entropy(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t]).mean()


# %% wrong: mean over classes | the mean is taken over examples and classes
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.where(np.eye(z.shape[1])[t] > 0, log_p, 0).mean()


# %% wrong: no shift | softmax is computed without a shift
def cross_entropy(z, t):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t]).mean()


# %% wrong: sign | the sign is wrong
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return log_p[np.arange(len(z)), t].mean()


# %% wrong: softmax twice | softmax is taken twice
def cross_entropy(z, t):
    for _ in range(2):
        s = z - z.max(axis=1, keepdims=True)
        z = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(z[np.arange(len(z)), t]).mean()


# %% wrong: sum | this is the sum over the batch
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(z)), t].sum()


# %% wrong: wrong axis | normalized over the batch
def cross_entropy(z, t):
    s = z - z.max(axis=0)
    log_p = s - np.log(np.exp(s).sum(axis=0))
    return -log_p[np.arange(len(z)), t].mean()


# %% wrong: zero times infinity | 0 times inf is nan
def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -(np.eye(z.shape[1])[t] * log_p).sum() / len(t)

# %% right: log where it works warns
def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    y = np.log(e / e.sum(axis=axis, keepdims=True))
    s = z - z.max(axis=axis, keepdims=True)
    return np.where(y < -30, s - np.log(e.sum(axis=axis, keepdims=True)), y)


# %% right: logaddexp
def log_softmax(z, axis):
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)


# %% right: loops
def log_softmax(z, axis):
    y = np.moveaxis(z.copy(), axis, -1)
    for index in np.ndindex(y.shape[:-1]):
        m = max(y[index])
        lse = m + math.log(sum(math.exp(v - m) for v in y[index]))
        y[index] = [v - lse for v in y[index]]
    return np.moveaxis(y, -1, axis)


# %% right: pairwise differences
def log_softmax(z, axis):
    # -log sum_j exp(z_j - z_i), with logaddexp, one class at a time
    z = np.moveaxis(z, axis, 0)
    rows = []
    for zi in z:
        with np.errstate(invalid="ignore"):
            rows.append(np.where(np.isneginf(zi), -np.inf, -np.logaddexp.reduce(z - zi, axis=0)))
    return np.moveaxis(np.array(rows), 0, axis)


# %% right: shift
def log_softmax(z, axis):
    s = z - np.max(z, axis=axis, keepdims=True)
    return s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))


# %% wrong: epsilon | very negative values are cut off
def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.log(e / e.sum(axis=axis, keepdims=True) + 1e-300)


# %% wrong: log of naive softmax | the logarithm of a softmax without a shift
def log_softmax(z, axis):
    e = np.exp(z)
    return np.log(e / e.sum(axis=axis, keepdims=True))


# %% wrong: log of softmax | the logarithm of the softmax
def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.log(e / e.sum(axis=axis, keepdims=True))


# %% wrong: mask becomes nan | a logit of -inf gives nan
def log_softmax(z, axis):
    s = z - z.max(axis=axis, keepdims=True)
    s = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return s + 0 * z


# %% wrong: maximum once | the maximum is subtracted only once
def log_softmax(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z - m).sum(axis=axis, keepdims=True))


# %% wrong: no log | these are probabilities
def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# %% wrong: no shift | log sum exp is taken without a shift
def log_softmax(z, axis):
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


# %% wrong: only maximum | only the maximum is subtracted
def log_softmax(z, axis):
    return z - z.max(axis=axis, keepdims=True)


# %% wrong: sign | the sign is wrong
def log_softmax(z, axis):
    s = z - z.max(axis=axis, keepdims=True)
    return np.log(np.exp(s).sum(axis=axis, keepdims=True)) - s


# %% wrong: wrong axis | normalized along the wrong axis
def log_softmax(z, axis):
    s = z - z.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


# %% wrong: squeezed | the result has the wrong shape
def log_softmax(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return (z - m - np.log(np.exp(z - m).sum(axis=axis, keepdims=True))).squeeze()


# %% wrong: no negative axis | stopped with ValueError
def log_softmax(z, axis):
    order = [axis] + [i for i in range(z.ndim) if i != axis]
    lines = z.transpose(order)
    m = lines.max(axis=0)
    y = lines - m - np.log(np.exp(lines - m).sum(axis=0))
    return y.transpose(np.argsort(order))


# %% wrong: no keepdims | axis is lost in the sum
def log_softmax(z, axis):
    s = z - z.max(axis=axis, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=axis))

# %% right: logaddexp
def logsumexp(z, axis):
    return np.logaddexp.reduce(z, axis=axis)


# %% right: loops
def logsumexp(z, axis):
    def line(v):
        m = max(v)
        return m + math.log(sum(math.exp(x - m) for x in v))
    return np.apply_along_axis(line, axis, z)


# %% right: other shift warns
def logsumexp(z, axis):
    # try without a shift, repair where that failed
    plain = np.log(np.sum(np.exp(z), axis=axis))
    m = np.max(z, axis=axis)
    safe = m + np.log(np.sum(np.exp(z - np.expand_dims(m, axis)), axis=axis))
    return np.where(np.isfinite(plain), plain, safe)


# %% right: shift
def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))).squeeze(axis)


# %% right: two at a time
def logsumexp(z, axis):
    z = np.moveaxis(z, axis, 0)
    total = z[0]
    for part in z[1:]:
        high, low = np.maximum(total, part), np.minimum(total, part)
        with np.errstate(invalid="ignore"):
            gap = np.where(np.isneginf(low), -np.inf, low - high)
        total = high + np.log1p(np.exp(gap))
    return total


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import _softmax as library


def logsumexp(z, axis):
    return library.logsumexp(z, axis)


# %% wrong: keeps the axis | the summed axis is still there
def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    y = m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))
    return y if z.ndim > 1 else y[0]


# %% wrong: log and sum swapped | this is the sum of the logits
def logsumexp(z, axis):
    return np.log(np.exp(z)).sum(axis=axis)


# %% wrong: log1p | the largest term is counted twice
def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return m.squeeze(axis) + np.log1p(np.exp(z - m).sum(axis=axis))


# %% wrong: maximum | this is only the maximum
def logsumexp(z, axis):
    return z.max(axis=axis)


# %% wrong: mean | this is the logarithm of the mean
def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return m.squeeze(axis) + np.log(np.exp(z - m).mean(axis=axis))


# %% wrong: no shift | the largest logit is too large for exp
def logsumexp(z, axis):
    return np.log(np.exp(z).sum(axis=axis))


# %% wrong: not added back | the maximum was taken off and not added back
def logsumexp(z, axis):
    return np.log(np.exp(z - z.max(axis=axis, keepdims=True)).sum(axis=axis))


# %% wrong: one shift | one shift for the whole array
def logsumexp(z, axis):
    m = z.max()
    return m + np.log(np.exp(z - m).sum(axis=axis))


# %% wrong: wrong axis | summed along the wrong axis
def logsumexp(z, axis):
    m = z.max(axis=-1, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))).squeeze(-1)


# %% wrong: squeezed | the result has the wrong shape
def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))).squeeze()


# %% wrong: no negative axis | stopped with ValueError
def logsumexp(z, axis):
    order = [axis] + [i for i in range(z.ndim) if i != axis]
    lines = z.transpose(order)
    m = lines.max(axis=0)
    return m + np.log(np.exp(lines - m).sum(axis=0))

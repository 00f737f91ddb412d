# %% right: differences warn
def softmax_at(z, T):
    # overflow gives 1 / inf = 0, which is right
    return [1 / np.sum(np.exp((z - v) / T)) for v in z]


# %% right: logaddexp
def softmax_at(z, T):
    return np.exp(z / T - np.logaddexp.reduce(z / T))


# %% right: python
def softmax_at(z, T):
    m = max(z)
    e = [math.exp((v - m) / T) for v in z]
    return tuple(v / math.fsum(e) for v in e)


# %% right: shift after
def softmax_at(z, T):
    y = z / T
    y = y - y.max()
    return np.exp(y) / np.exp(y).sum()


# %% right: shift first
def softmax_at(z, T):
    e = np.exp((z - z.max()) / T)
    return e / e.sum()


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import softmax as library


def softmax_at(z, T):
    return library(z, temperature=T)


# %% wrong: ignored | T is ignored
def softmax_at(z, T):
    e = np.exp(z - z.max())
    return e / e.sum()


# %% wrong: multiplied | multiplied by T
def softmax_at(z, T):
    y = z * T
    e = np.exp(y - y.max())
    return e / e.sum()


# %% wrong: negative | the sign is wrong
def softmax_at(z, T):
    e = np.exp((z.min() - z) / T)
    return e / e.sum()


# %% wrong: no shift | the logits over T are too large for exp
def softmax_at(z, T):
    e = np.exp(z / T)
    return e / e.sum()


# %% wrong: powers not normalised | the powers of the probabilities are not divided by their sum
def softmax_at(z, T):
    e = np.exp(z - z.max())
    return (e / e.sum()) ** (1 / T)


# %% wrong: powers underflow | start from the logits
def softmax_at(z, T):
    e = np.exp(z - z.max())
    p = (e / e.sum()) ** (1 / T)
    return p / p.sum()


# %% wrong: probabilities divided | the probabilities are divided by T
def softmax_at(z, T):
    e = np.exp(z - z.max())
    return e / e.sum() / T


# %% wrong: shift not divided | the maximum of z is subtracted after the division by T
def softmax_at(z, T):
    e = np.exp(z / T - z.max())
    return e / e.sum()


# %% wrong: square | divided by the square of T
def softmax_at(z, T):
    e = np.exp((z - z.max()) / T**2)
    return e / e.sum()


# %% wrong: one hot when cold | the largest class gets everything
def softmax_at(z, T):
    if T < 0.01:
        return np.eye(len(z))[z.argmax()]
    e = np.exp((z - z.max()) / T)
    return e / e.sum()


# %% wrong: single precision | the result is wrong
def softmax_at(z, T):
    z = z.astype(np.float32)
    e = np.exp((z - z.max()) / T)
    return (e / e.sum()).astype(np.float32)


# %% wrong: uniform when hot | all classes get the same
def softmax_at(z, T):
    if T > 1000:
        return np.full(len(z), 1 / len(z))
    e = np.exp((z - z.max()) / T)
    return e / e.sum()

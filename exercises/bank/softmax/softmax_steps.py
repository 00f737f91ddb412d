# %% right: logistic differences
def softmax_steps(z):
    # p_i = 1 / sum_j exp(z_j - z_i)
    p = 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)
    return tuple(map(math.exp, z)), math.fsum(map(math.exp, z)), p.astype(np.float32)


# %% right: numpy
def softmax_steps(z):
    e = np.exp(z)
    return e, np.sum(e), e / np.sum(e)


# %% right: powers of e
def softmax_steps(z):
    e = math.e ** z
    total = e @ np.ones(len(z))
    return [e, np.array([total]), e * (1 / total)]


# %% right: python lists
def softmax_steps(z):
    e = [math.exp(v) for v in z]
    total = 0
    for v in e:
        total += v
    return e, total, [v / total for v in e]


# %% wrong: base two | e has the base 2
def softmax_steps(z):
    e = 2.0 ** z
    return e, e.sum(), e / e.sum()


# %% wrong: logits over sum | p holds the logits divided by their sum
def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), z / z.sum()


# %% wrong: mean | total is the mean of the exponentials
def softmax_steps(z):
    e = np.exp(z)
    return e, e.mean(), e / e.sum()


# %% wrong: only probabilities | return e, total, p
def softmax_steps(z):
    e = np.exp(z)
    p = e / e.sum()
    return p, p.sum()


# %% wrong: over largest | p is divided by the largest exponential
def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), e / e.max()


# %% wrong: per cent | p is in per cent
def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), 100 * e / e.sum()


# %% wrong: shifted | e holds the shifted exponentials
def softmax_steps(z):
    e = np.exp(z - z.max())
    return e, e.sum(), e / e.sum()


# %% wrong: sum of logits | total is the sum of the logits
def softmax_steps(z):
    e = np.exp(z)
    return e, z.sum(), e / e.sum()

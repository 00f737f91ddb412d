# %% right: fraction
def dead_unit_rate(X, W, b):
    from fractions import Fraction
    dead = sum(all(w @ x + shift <= 0 for x in X) for w, shift in zip(W, b))
    return Fraction(dead, len(W))


# %% wrong: library relu | is disabled in this notebook
from fractions import Fraction

from ffnlib.nn import relu


def dead_unit_rate(X, W, b):
    alive = {int(unit) for _, unit in zip(*np.nonzero(relu(X.dot(W.T) + b)))}
    return float(Fraction(len(W) - len(alive), len(W)))


# %% right: loops
def dead_unit_rate(X, W, b):
    dead = 0
    for w, shift in zip(W, b):
        fires = False
        for x in X:
            if sum(wi * xi for wi, xi in zip(w, x)) + shift > 0:
                fires = True
        if not fires:
            dead += 1
    return dead / len(W)


# %% right: maximum
def dead_unit_rate(X, W, b):
    top = np.max(W @ X.T + b[:, None], axis=1)  # (units,)
    return np.array([np.count_nonzero(top <= 0) / top.size], dtype=np.float32)


# %% right: numpy
def dead_unit_rate(X, W, b):
    a = np.maximum(X @ W.T + b, 0)
    return (a == 0).all(axis=0).mean()


# %% right: sums
def dead_unit_rate(X, W, b):
    total = np.einsum("nd,ud->nu", X, W) + b
    total[total < 0] = 0
    return 1 - np.mean(total.sum(0) > 0)


# %% wrong: alive | this is the share of living units
def dead_unit_rate(X, W, b):
    return np.mean(np.any(X @ W.T + b > 0, axis=0))


# %% wrong: any | it must be off for all
def dead_unit_rate(X, W, b):
    return np.mean(np.any(X @ W.T + b <= 0, axis=0))


# %% wrong: axis | the wrong axis
def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W.T + b <= 0, axis=1))


# %% wrong: count | this is the number of dead units
def dead_unit_rate(X, W, b):
    return np.sum(np.all(X @ W.T + b <= 0, axis=0))


# %% wrong: mean | off on average is not off always
def dead_unit_rate(X, W, b):
    return np.mean(np.mean(X @ W.T + b, axis=0) <= 0)


# %% wrong: no bias | the bias is missing or has the wrong sign
def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W.T <= 0, axis=0))


# %% wrong: per cent | this is in per cent
def dead_unit_rate(X, W, b):
    return 100 * np.mean(np.all(X @ W.T + b <= 0, axis=0))


# %% wrong: per unit | the result has 6 entries; one number is asked for
def dead_unit_rate(X, W, b):
    return np.all(X @ W.T + b <= 0, axis=0)


# %% wrong: share of zeros | this is the share of zeros
def dead_unit_rate(X, W, b):
    return np.mean(X @ W.T + b <= 0)


# %% wrong: strictly | exactly 0 is off as well
def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W.T + b < 0, axis=0))


# %% wrong: transposed | dead_unit_rate stopped with ValueError
def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W + b <= 0, axis=0))

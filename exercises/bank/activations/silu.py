# %% wrong: library sigmoid | is disabled in this notebook
from ffnlib.nn import sigmoid


def silu(x):
    return np.multiply(x, sigmoid(x)).tolist()


# %% right: logaddexp
def silu(x):
    return np.asarray(x * np.exp(-np.logaddexp(0, -x)), dtype="float32")


# %% right: loop
def silu(x):
    def one(v):
        if v < 0:
            return v * math.exp(v) / (1 + math.exp(v))
        return v / (1 + math.exp(-v))

    return np.vectorize(one, otypes=[float])(x)


# %% right: plain with warning
def silu(x):
    # exp overflows to inf with a warning, and x / inf is 0, which is right
    return x / (1 + np.exp(-x))


# %% right: tanh
def silu(x):
    return x * (1 + np.tanh(x / 2)) / 2


# %% right: where
def silu(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, x / (1 + e), x * e / (1 + e))


# %% wrong: gelu | this is GELU
def silu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


# %% wrong: library | is disabled in this notebook
from ffnlib.nn import silu as ready


def silu(x):
    return ready(x)


# %% wrong: math overflow | silu stopped with OverflowError
def silu(x):
    y = np.empty_like(x)
    for i, v in np.ndenumerate(x):
        y[i] = v / (1 + math.exp(-v))
    return y


# %% wrong: overflow | has nan or inf in it
def silu(x):
    return x * np.exp(x) / (1 + np.exp(x))


# %% wrong: quick gelu | SiLU has no 1.702
def silu(x):
    return x / (1 + np.exp(-1.702 * x))


# %% wrong: sigmoid only | the factor x is missing
def silu(x):
    return 1 / (1 + np.exp(-x))


# %% wrong: sign | the sign in the exponent is wrong
def silu(x):
    return x / (1 + np.exp(x))


# %% wrong: slope | the gate is the derivative of the sigmoid
def silu(x):
    s = 1 / (1 + np.exp(-x))
    return x * s * (1 - s)


# %% wrong: softplus | this is softplus
def silu(x):
    return np.logaddexp(0, x)


# %% wrong: unfinished | the result is or contains None
def silu(x):
    if x.ndim == 1:
        return [None for v in x]
    return x / (1 + np.exp(-x))


# %% wrong: first entry of one | the result has the wrong shape
def silu(x):
    y = x / (1 + np.exp(-x))
    return y[0] if len(x) == 1 else y


# %% wrong: step beyond 12 | right for small x, but not far from 0
def silu(x):
    s = 1 / (1 + np.exp(-np.clip(x, -12, 12)))
    return np.where(x < -12, 0, np.where(x > 12, x, x * s))

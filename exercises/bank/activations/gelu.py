# %% right: loop
def gelu(x):
    y = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        y[i] = x[i] / 2 * (1 + math.erf(x[i] / 2**0.5))
    return y


# %% right: nested lists
def gelu(x):
    if isinstance(x, (list, np.ndarray)):
        return [gelu(v) for v in x]
    return x * math.erfc(-x / math.sqrt(2)) / 2


# %% right: own erf
def gelu(x):
    """Area under the bell curve by Simpson's rule."""
    z = np.clip(x, -9, 9)
    t = np.linspace(0, 1, 4001)  # share of the way from 0 to z
    weights = np.ones(4001)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    bell = np.exp(-((z[..., None] * t) ** 2) / 2) / np.sqrt(2 * np.pi)
    area = (bell * weights).sum(axis=-1) * z / 4000 / 3
    return x * (0.5 + area)


# %% right: single precision
def gelu(x):
    gate = np.frompyfunc(lambda v: (1 + math.erf(v / math.sqrt(2))) / 2, 1, 1)
    return (x * gate(x)).astype(np.float32)


# %% right: statistics
from statistics import NormalDist


def gelu(x):
    phi = NormalDist()
    return np.array([v * phi.cdf(v) for v in x.ravel()]).reshape(x.shape)


# %% right: vectorize
def gelu(x):
    erf = np.vectorize(math.erf)
    return x * 0.5 * (1 + erf(x / np.sqrt(2)))


# %% wrong: density | the gate is the distribution function
def gelu(x):
    return x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


# %% wrong: erf of array | gelu stopped with TypeError
def gelu(x):
    return x * 0.5 * (1 + math.erf(x / np.sqrt(2)))


# %% wrong: flat | the result has the wrong shape
def gelu(x):
    return np.array([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x.ravel()])


# %% wrong: from the library | is disabled in this notebook
import ffnlib.nn._activations


def gelu(x):
    return ffnlib.nn.gelu(x)


# %% wrong: gate only | the factor x is missing
def gelu(x):
    return 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


# %% wrong: no half | twice too large
def gelu(x):
    return x * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


# %% wrong: no root | erf gets x itself
def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x))


# %% wrong: relu | this is ReLU
def gelu(x):
    return np.maximum(x, 0)


# %% wrong: root multiplied | erf gets x times the root of 2
def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x * np.sqrt(2)))


# %% wrong: sigmoid form | this is the sigmoid approximation
def gelu(x):
    return x / (1 + np.exp(-1.702 * x))


# %% wrong: tanh form | this is the tanh approximation
def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


# %% wrong: first entry of one | the result has the wrong shape
def gelu(x):
    y = x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2
    return y[0] if len(x) == 1 else y

# %% right: central difference
def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    f = lambda t: t * 0.5 * (1 + erf(t / np.sqrt(2)))
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)


# %% right: complex series
from statistics import NormalDist


def gelu_derivative(x):
    n = NormalDist()
    rows = x.reshape(-1).tolist()
    return np.reshape([n.cdf(v) + v * n.pdf(v) for v in rows], x.shape).astype(np.float32)


# %% right: formula
def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    pdf = np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi)
    return cdf + x * pdf


# %% right: loop
def gelu_derivative(x):
    out = []
    for v in x.flatten():
        cdf = (1 + math.erf(v / math.sqrt(2))) / 2
        out.append(cdf + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi))
    return np.array(out).reshape(x.shape)


# %% right: symmetry
def gelu_derivative(x):
    # f'(x) + f'(-x) = 1, so only |x| is needed
    y = np.abs(x)
    right = 1 - np.vectorize(math.erfc)(y / np.sqrt(2)) / 2 + y * np.exp(-y * y / 2) / np.sqrt(2 * np.pi)
    return np.where(x > 0, right, 1 - right)


# %% wrong: chain rule | chain rule: erf has x / sqrt(2) inside
def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    d_erf = 2 / np.sqrt(np.pi) * np.exp(-x * x / 2)
    return 0.5 * (1 + erf(x / np.sqrt(2))) + x * 0.5 * d_erf


# %% wrong: coarse | the derivative is only roughly right
def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    f = lambda t: t * 0.5 * (1 + erf(t / np.sqrt(2)))
    return (f(x + 1e-3) - f(x)) / 1e-3


# %% wrong: exponent | the bell curve's exponent
def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + x * np.exp(-x * x) / np.sqrt(2 * np.pi)


# %% wrong: gate only | the term with the derivative of the gate is missing
def gelu_derivative(x):
    return 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


# %% wrong: library | is disabled in this notebook
from ffnlib.nn import ACTIVATIONS


def gelu_derivative(x):
    return ACTIVATIONS["gelu"].derivative(x)


# %% wrong: no factor | the bell curve lacks its factor
def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + x * np.exp(-x * x / 2)


# %% wrong: no x | the derivative of the gate must be multiplied by x
def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


# %% wrong: overflow | the derivative has nan or inf in it
def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + x / (np.sqrt(2 * np.pi) * np.exp(x * x / 2)) * np.exp(x) / np.exp(x)


# %% wrong: second term only | the term with the gate itself is missing
def gelu_derivative(x):
    return x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


# %% wrong: step | this is the derivative of ReLU
def gelu_derivative(x):
    return (x > 0).astype(float)


# %% wrong: value | this is GELU itself
def gelu_derivative(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))


# %% wrong: step beyond 4 | only roughly right
def gelu_derivative(x):
    gate = (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2
    d = gate + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return np.where(x < -4, 0, np.where(x > 4, 1, d))


# %% wrong: no root inside erf | erf gets x itself
def gelu_derivative(x):
    gate = (1 + np.vectorize(math.erf)(x)) / 2
    return gate + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

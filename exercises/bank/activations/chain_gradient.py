# %% right: backward
def chain_gradient(x, w, b):
    a = [x]
    for l in range(len(w)):
        a.append(1 / (1 + math.exp(-(w[l] * a[-1] + b[l]))))
    delta = 1.0
    for l in reversed(range(len(w))):
        delta = delta * a[l + 1] * (1 - a[l + 1]) * w[l]
    return [delta]


# %% right: dual numbers
class Dual:
    def __init__(self, value, slope):
        self.value, self.slope = value, slope


def sigmoid(t):
    s = 1 / (1 + math.exp(-t.value))
    return Dual(s, s * (1 - s) * t.slope)


def chain_gradient(x, w, b):
    t = Dual(x, 1.0)
    for wl, bl in zip(w, b):
        t = sigmoid(Dual(wl * t.value + bl, wl * t.slope))
    return np.float64(t.slope)


# %% right: forward
def chain_gradient(x, w, b):
    g = 1.0
    a = x
    for wl, bl in zip(w, b):
        z = wl * a + bl
        a = 1 / (1 + np.exp(-z))
        g = g * wl * a * (1 - a)
    return g


# %% wrong: library slope | is disabled in this notebook
from ffnlib.nn import sigmoid


def chain_gradient(x, w, b):
    factors = []
    for wl, bl in zip(w, b):
        z = wl * x + bl
        factors.append(wl * sigmoid.derivative(z))
        x = sigmoid(z)
    return np.prod(factors, keepdims=True)


# %% right: logarithms
def chain_gradient(x, w, b):
    logs, sign, a = [], 1, x
    for wl, bl in zip(w, b):
        z = wl * a + bl
        logs.append(np.log(np.abs(wl)) - np.logaddexp(0, z) - np.logaddexp(0, -z))
        sign *= np.sign(wl)
        a = np.exp(-np.logaddexp(0, -z))
    return sign * np.exp(np.sum(logs))


# %% right: recursion
def chain_gradient(x, w, b):
    if len(w) == 0:
        return 1.0
    a = (1 + math.tanh((w[0] * x + b[0]) / 2)) / 2
    return w[0] * a * (1 - a) * chain_gradient(a, w[1:], b[1:])


# %% wrong: added | the factors of the layers are added
def chain_gradient(x, w, b):
    g, a = 0.0, x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g += wl * a * (1 - a)
    return g


# %% wrong: finite difference | nearly right, but not to 1e-6 relative
def chain_gradient(x, w, b):
    def f(a):
        for wl, bl in zip(w, b):
            a = 1 / (1 + np.exp(-(wl * a + bl)))
        return a

    h = 1e-6
    return (f(x + h) - f(x - h)) / (2 * h)


# %% wrong: last only | this is the last layer's factor alone
def chain_gradient(x, w, b):
    a = x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g = wl * a * (1 - a)
    return g


# %% wrong: no bias | the biases are missing on the way forward
def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl in w:
        a = 1 / (1 + np.exp(-wl * a))
        g *= wl * a * (1 - a)
    return g


# %% wrong: no slopes | the slopes are missing
def chain_gradient(x, w, b):
    return np.prod(w)


# %% wrong: no weights | the weights are missing
def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g *= a * (1 - a)
    return g


# %% wrong: output | this is the output of the chain
def chain_gradient(x, w, b):
    for wl, bl in zip(w, b):
        x = 1 / (1 + np.exp(-(wl * x + bl)))
    return x


# %% wrong: quarter | the slope is taken as 1/4 everywhere
def chain_gradient(x, w, b):
    return np.prod(0.25 * w)


# %% wrong: sigmoid for slope | the sigmoid itself stands where its derivative belongs
def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g *= wl * a
    return g


# %% wrong: slope at a | the slope is taken at a
def chain_gradient(x, w, b):
    def s(t):
        return 1 / (1 + np.exp(-t))

    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = s(wl * a + bl)
        g *= wl * s(a) * (1 - s(a))
    return g


# %% wrong: a quarter near zero | nearly right, but not to 1e-6 relative
def chain_gradient(x, w, b):
    g, a = 1.0, x
    for weight, bias in zip(w, b):
        z = weight * a + bias
        a = 1 / (1 + math.exp(-z))
        g *= weight * (0.25 if abs(z) < 0.05 else a * (1 - a))
    return g


# %% wrong: single precision | nearly right, but not to 1e-6 relative
def chain_gradient(x, w, b):
    g, a = np.float32(1), np.float32(x)
    for weight, bias in zip(w.astype(np.float32), b.astype(np.float32)):
        a = 1 / (1 + np.exp(-(weight * a + bias)))
        g = g * weight * a * (1 - a)
    return np.float32(g)


# %% wrong: slope of the layer before | the slopes are those of the layers before
def chain_gradient(x, w, b):
    a, slopes = x, []
    for weight, bias in zip(w, b):
        slopes.append(a * (1 - a))
        a = 1 / (1 + math.exp(-(weight * a + bias)))
    return float(np.prod(w * np.array(slopes)))

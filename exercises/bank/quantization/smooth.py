# %% right: both ends
def smooth(x, W, alpha):
    of_x = np.maximum(x.max(axis=0), -x.min(axis=0))
    of_w = np.maximum(W.max(axis=0), -W.min(axis=0))
    s = (of_x * of_w) ** alpha / of_w
    return s, np.divide(x, s), np.multiply(s, W)


# %% right: channel by channel
def smooth(x, W, alpha):
    s = []
    for j in range(x.shape[1]):
        s.append(max(map(abs, x[:, j])) ** alpha / max(map(abs, W[:, j])) ** (1 - alpha))
    for j, factor in enumerate(s):
        x[:, j] /= factor
        W[:, j] *= factor
    return s, x, W


# %% right: diagonal matrices
def smooth(x, W, alpha):
    s = np.linalg.norm(x, np.inf, axis=0) ** alpha * np.linalg.norm(W, np.inf, axis=0) ** (
        alpha - 1
    )
    return s, x @ np.diag(1 / s), W @ np.diag(s)


# %% right: logarithms
def smooth(x, W, alpha):
    of_x, of_w = np.abs(x).max(0), np.abs(W).max(0)
    s = np.exp(alpha * np.log(of_x) - (1 - alpha) * np.log(of_w))
    return s, x / s, W * s


# %% right: one row
def smooth(x, W, alpha):
    most = [np.max(np.abs(part), axis=0, keepdims=True) for part in (x, W)]  # (1, d_in)
    s = np.power(most[0], alpha) / np.power(most[1], 1.0 - alpha)
    return s, (x.T / s.T).T, (W.T * s.T).T


# %% right: single precision
def smooth(x, W, alpha):
    x, W = x.astype(np.float32), W.astype(np.float32)
    s = np.abs(x).max(0) ** np.float32(alpha) / np.abs(W).max(0) ** np.float32(1 - alpha)
    return s, x / s, W * s


# %% wrong: W transposed | W_s is transposed
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, (W * s).T


# %% wrong: always the root | the root is taken whatever alpha is
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = np.sqrt(of_x / of_w)
    return s, x / s, W * s


# %% wrong: factors | are factors here: they are powers
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = alpha * of_x / ((1 - alpha) * of_w)
    return s, x / s, W * s


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import smoothquant_scales


def smooth(x, W, alpha):
    s = smoothquant_scales(x, W, alpha)
    return s, x / s, W * s


# %% wrong: inputs and weights swapped | inputs and weights are swapped
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_w**alpha / of_x ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: inputs as they were | the inputs are as they were
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x, W * s


# %% wrong: inputs multiplied | the inputs are multiplied by s
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x * s, W / s


# %% wrong: max of W with sign | the largest in size may be negative
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = W.max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: max of x with sign | the largest in size may be negative
def smooth(x, W, alpha):
    of_x = x.max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: means | the mean size stands where the largest belongs
def smooth(x, W, alpha):
    of_x = np.abs(x).mean(axis=0)
    of_w = np.abs(W).mean(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: multiplied | the two powers are multiplied
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha * of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: no powers | the powers are missing
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x / of_w
    return s, x / s, W * s


# %% wrong: powers swapped | alpha and 1 - alpha are swapped
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x ** (1 - alpha) / of_w**alpha
    return s, x / s, W * s


# %% wrong: rows of W | the weights of an output are compared
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=1)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: rows of both | tokens and outputs are compared
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=1)
    of_w = np.abs(W).max(axis=1)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s


# %% wrong: s alone | the result has
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s


# %% wrong: same power | the weights have the power alpha
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w**alpha
    return s, x / s, W * s


# %% wrong: upside down | s is upside down
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_w ** (1 - alpha) / of_x**alpha
    return s, x / s, W * s


# %% wrong: weights as they were | the weights are as they were
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W


# %% wrong: weights divided | the weights are divided by s as well
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W / s


# %% wrong: weights left out | the weights are left out of s
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max(axis=0)
    s = of_x**alpha + 0 * of_w
    return s, x / s, W * s


# %% wrong: whole matrix | the weights of the whole matrix are compared
def smooth(x, W, alpha):
    of_x = np.abs(x).max(axis=0)
    of_w = np.abs(W).max()
    s = of_x**alpha / of_w ** (1 - alpha)
    return s, x / s, W * s

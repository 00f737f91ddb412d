# %% right: corrected by sums
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    # 1 - beta^t is the sum of the weights so far
    s1 = sum((1 - beta1) * beta1**k for k in range(t))
    s2 = sum((1 - beta2) * beta2**k for k in range(t))
    return (p - rate * (m / s1) / (np.hypot(np.sqrt(v / s2), 0) + eps), m, v)


# %% right: entry by entry
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    out = [np.zeros_like(p) for _ in range(3)]
    for i in np.ndindex(p.shape):
        a = beta1 * m[i] + (1 - beta1) * g[i]
        b = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        size = (b / (1 - pow(beta2, t))) ** 0.5 + eps
        out[0][i] = p[i] - rate * a / (1 - pow(beta1, t)) / size
        out[1][i], out[2][i] = a, b
    return out


# %% right: folded rate
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    c2 = (1 - beta2**t) ** 0.5
    step = rate * c2 / (1 - beta1**t)
    return p - step * m / (np.sqrt(v) + eps * c2), m, v


# %% right: formula
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% right: in place
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    p -= rate * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return p, m, v


# %% wrong: betas swapped | the two betas are swapped
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    beta1, beta2 = beta2, beta1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong: climbs | p moves the wrong way
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p + rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong: eps in the root | eps is inside the root
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1**t) / np.sqrt(v / (1 - beta2**t) + eps), m, v


# %% wrong: from the library | is disabled in this notebook
from ffnlib.training import Adam


def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    adam = Adam([p], rate, (beta1, beta2), eps)
    adam.step([g])
    return p, m, v


# %% wrong: g not squared | v averages the gradient
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g
    return p - rate * m / (1 - beta1**t) / (np.sqrt(np.abs(v) / (1 - beta2**t)) + eps), m, v


# %% wrong: next power | here the power is t + 1
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    t = t + 1
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong: no correction | the bias correction is missing
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (np.sqrt(v) + eps), m, v


# %% wrong: no power | the bias correction has no power t
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1) / (np.sqrt(v / (1 - beta2)) + eps), m, v


# %% wrong: no root | the root is missing
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1**t) / (v / (1 - beta2**t) + eps), m, v


# %% wrong: old averages | the old m and v move p
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    new = p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return new, m, v


# %% wrong: only m corrected | only m is corrected
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v) + eps), m, v


# %% wrong: returns corrected | the corrected m and v are returned
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m = m / (1 - beta1**t)
    v = v / (1 - beta2**t)
    return p - rate * m / (np.sqrt(v) + eps), m, v


# %% wrong: sums | 1 - beta is missing before the new gradient
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + g
    v = beta2 * v + g**2
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong: t at most ten | the bias correction stops counting the steps
def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    t = min(t, 10)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

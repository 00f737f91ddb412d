# %% right: by value
def silu_derivative(x):
    s = np.exp(-np.logaddexp(0, -x))
    f = x * s
    return f + s * (1 - f)


# %% right: formula
def silu_derivative(x):
    s = 0.5 * (1 + np.tanh(x / 2))
    return s + x * s * (1 - s)


# %% right: half angle
def silu_derivative(x):
    h = np.clip(x, -100, 100) / 2
    return (h + np.cosh(h) * np.exp(h)) / (2 * np.cosh(h) ** 2)


# %% right: loop
def silu_derivative(x):
    flat = []
    for v in x.flat:
        e = math.exp(-abs(v))
        s = 1 / (1 + e) if v > 0 else e / (1 + e)
        flat.append(s * (1 + v * (1 - s)))
    return np.array(flat, dtype=np.longdouble).reshape(x.shape)


# %% right: plain with warning
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 + x * (1 - s))


# %% wrong: coarse | the derivative is only roughly right
def silu_derivative(x):
    f = lambda t: t * (1 + np.tanh(t / 2)) / 2
    return (f(x + 0.01) - f(x - 0.01)) / 0.02


# %% wrong: gate only | the term with the derivative of the gate is missing
def silu_derivative(x):
    return 1 / (1 + np.exp(-x))


# %% wrong: minus | the two terms are added, not subtracted
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s - x * s * (1 - s)


# %% wrong: no one minus s | the factor 1 - s is missing
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s


# %% wrong: no x | the derivative of the gate must be multiplied by x
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + s * (1 - s)


# %% wrong: overflow | the derivative has nan or inf in it
def silu_derivative(x):
    e = np.exp(-x)
    return (1 + e + x * e) / (1 + e) ** 2


# %% wrong: second term only | the term with the gate itself is missing
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return x * s * (1 - s)


# %% wrong: sigmoid slope | this is the derivative of the sigmoid
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


# %% wrong: squared | the derivative of the sigmoid is s (1 - s), not s^2
def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s**2


# %% wrong: value | this is SiLU itself
def silu_derivative(x):
    return x / (1 + np.exp(-x))


# %% wrong: step beyond 12 | only roughly right
def silu_derivative(x):
    s = 1 / (1 + np.exp(-np.clip(x, -12, 12)))
    return np.where(x < -12, 0, np.where(x > 12, 1, s * (1 + x * (1 - s))))

# %% right: bisect slope
def find_minimum(name, beta):
    def gate(t):
        return (1 + math.erf(t / math.sqrt(2))) / 2 if name == "gelu" else 1 / (1 + math.exp(-t))

    def slope(t):
        s = gate(t)
        density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi) if name == "gelu" else s * (1 - s)
        return s + t * density

    low, high = -3.0, 0.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    x = low / beta
    return [x, x * gate(low)]


# %% right: descent
def find_minimum(name, beta):
    t = -1.0  # beta x
    for _ in range(2000):
        if name == "silu":
            s = 1 / (1 + np.exp(-t))
            slope, value = s * (1 + t * (1 - s)), t * s
        else:
            s = (1 + math.erf(t / 2**0.5)) / 2
            slope, value = s + t * np.exp(-t * t / 2) / np.sqrt(2 * np.pi), t * s
        t = t - 0.5 * slope
    return np.array([t / beta]), np.array([[value / beta]])


# %% right: fine grid
def find_minimum(name, beta):
    x = np.linspace(-4 / beta, 0, 200_001)
    if name == "gelu":
        f = x * (1 + np.vectorize(math.erf)(beta * x / np.sqrt(2))) / 2
    else:
        f = x / (1 + np.exp(-beta * x))
    i = np.argmin(f)
    return np.array([x[i], f[i]])


# %% right: golden
def find_minimum(name, beta):
    def f(x):
        if name == "gelu":
            return x * math.erfc(-beta * x / math.sqrt(2)) / 2
        return x / (1 + math.exp(-beta * x))

    g = (math.sqrt(5) - 1) / 2
    low, high = -3 / beta, 0.0
    for _ in range(60):
        a, b = high - g * (high - low), low + g * (high - low)
        if f(a) < f(b):
            high = b
        else:
            low = a
    return low, f(low)


# %% right: scaled constants
def find_minimum(name, beta):
    # f(x) = g(beta x) / beta, so one minimum gives them all
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return x / beta, value / beta


# %% wrong: beta multiplied | beta is on the wrong side
def find_minimum(name, beta):
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return x * beta, value * beta


# %% wrong: coarse grid | near the minimum, but not within 1e-4
def find_minimum(name, beta):
    x = np.linspace(-5, 0, 101)
    if name == "gelu":
        f = x * (1 + np.vectorize(math.erf)(beta * x / np.sqrt(2))) / 2
    else:
        f = x / (1 + np.exp(-beta * x))
    return x[np.argmin(f)], f.min()


# %% wrong: gelu only | the wrong function: check what name asks for
def find_minimum(name, beta):
    return -0.7517916 / beta, -0.16997121 / beta


# %% wrong: no beta | beta is ignored
def find_minimum(name, beta):
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return x, value


# %% wrong: of the slope | this is where the derivative is least
def find_minimum(name, beta):
    t = -math.sqrt(2) if name == "gelu" else -2.39935728
    gate = (1 + math.erf(t / math.sqrt(2))) / 2 if name == "gelu" else 1 / (1 + math.exp(-t))
    return t / beta, t / beta * gate


# %% wrong: other name | the wrong function: check what name asks for
def find_minimum(name, beta):
    x, value = {"silu": (-0.7517916, -0.16997121), "gelu": (-1.2784645, -0.27846454)}[name]
    return x / beta, value / beta


# %% wrong: sign | x has the wrong sign
def find_minimum(name, beta):
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return -x / beta, value / beta


# %% wrong: swapped | the two results are swapped
def find_minimum(name, beta):
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return value / beta, x / beta


# %% wrong: tanh form | near the minimum, but not within 1e-4
def find_minimum(name, beta):
    if name == "silu":
        return -1.2784645 / beta, -0.27846454 / beta
    t = np.linspace(-1.5, 0, 300_001)
    f = t / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (t + 0.044715 * t**3)))
    return t[np.argmin(f)] / beta, f.min() / beta


# %% wrong: value of slope | the value is that of the derivative
def find_minimum(name, beta):
    x = {"gelu": -0.7517916, "silu": -1.2784645}[name]
    return x / beta, 0.0


# %% wrong: from minus three | the search begins too late
def find_minimum(name, beta):
    def f(x):
        if name == "gelu":
            return x * (1 + math.erf(beta * x / math.sqrt(2))) / 2
        return x / (1 + math.exp(-beta * x))

    low, high = -3.0, 0.0
    while high - low > 1e-9:
        third = (high - low) / 3
        if f(low + third) < f(high - third):
            high -= third
        else:
            low += third
    return low, f(low)

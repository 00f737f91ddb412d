# %% right: complex step
def numeric_gradient(f, p):
    g = np.empty(p.shape)
    for i in np.ndindex(p.shape):
        q = p.astype(complex)
        q[i] += 1e-30j
        g[i] = f(q).imag / 1e-30
    return g


# %% right: extrapolated
def numeric_gradient(f, p):
    def central(i, h):
        e = np.zeros(p.size)
        e[i] = h
        e = e.reshape(p.shape)
        return (f(p + e) - f(p - e)) / (2 * h)
    values = [(4 * central(i, 5e-4) - central(i, 1e-3)) / 3 for i in range(p.size)]
    return np.reshape(values, p.shape)


# %% right: five points
def numeric_gradient(f, p):
    h = 1e-3
    g = np.zeros_like(p)
    for i in range(p.size):
        e = np.zeros_like(p)
        e.flat[i] = h
        g.flat[i] = (f(p - 2 * e) - 8 * f(p - e) + 8 * f(p + e) - f(p + 2 * e)) / (12 * h)
    return g


# %% right: in place
def numeric_gradient(f, p):
    g, h = np.zeros(p.shape), 1e-5
    for i in np.ndindex(*p.shape):
        p[i] += h
        up = f(p)
        p[i] -= 2 * h
        down = f(p)
        p[i] += h
        g[i] = (up - down) / (2 * h)
    return g


# %% right: unit vectors
def numeric_gradient(f, p):
    h = 6e-6
    flat = p.reshape(-1)
    values = [f((flat + h * e).reshape(p.shape)) - f((flat - h * e).reshape(p.shape)) for e in np.eye(p.size)]
    return np.array(values).reshape(p.shape) / (2 * h)


# %% wrong: all at once | all entries are moved at once
def numeric_gradient(f, p):
    h = 1e-5
    return (f(p + h) - f(p - h)) / (2 * h) * np.ones_like(p)


# %% wrong: flat | flattened
def numeric_gradient(f, p):
    h = 1e-5
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p - e)) / (2 * h)
    return g.ravel()


# %% wrong: forward | only roughly right
def numeric_gradient(f, p):
    h = 1e-4
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p)) / h
    return g


# %% wrong: forward over two | half as large
def numeric_gradient(f, p):
    h = 1e-7
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p)) / (2 * h)
    return g


# %% wrong: no two | twice too large
def numeric_gradient(f, p):
    h = 1e-5
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p - e)) / h
    return g


# %% wrong: not divided | the differences are not divided by the step
def numeric_gradient(f, p):
    h = 1e-5
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p - e)) / 1
    return g


# %% wrong: not put back | only roughly right
def numeric_gradient(f, p):
    h = 1e-3
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        p[i] += h
        up = f(p)
        p[i] -= 2 * h
        g[i] = (up - f(p)) / (2 * h)
    return g


# %% wrong: sign | the sign is wrong
def numeric_gradient(f, p):
    h = 1e-5
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p - e) - f(p + e)) / (2 * h)
    return g


# %% wrong: tiny step | only roughly right
def numeric_gradient(f, p):
    h = 1e-12
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p - e)) / (2 * h)
    return g


# %% wrong: vectors only | numeric_gradient stopped with TypeError
def numeric_gradient(f, p):
    h = 1e-5
    return [(f(p + h * e) - f(p - h * e)) / (2 * h) for e in np.eye(len(p), p.shape)]


# %% wrong: two dimensions at most | stopped with
def numeric_gradient(f, p):
    h, gradient = 1e-5, np.zeros(p.shape)
    if p.ndim == 1:
        return numeric_gradient(lambda q: f(q[0]), p[None])[0]
    rows, columns = p.shape
    for i in range(rows):
        for j in range(columns):
            e = np.zeros(p.shape)
            e[i, j] = h
            gradient[i, j] = (f(p + e) - f(p - e)) / (2 * h)
    return gradient


# %% wrong: whole rows moved | whole rows or columns are moved at once
def numeric_gradient(f, p):
    h, gradient = 1e-5, np.zeros(p.shape)
    for i in range(len(p)):
        e = np.zeros(p.shape)
        e[i] = h
        gradient[i] = (f(p + e) - f(p - e)) / (2 * h)
    return gradient

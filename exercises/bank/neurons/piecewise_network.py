# %% right: from the right
def piecewise_network(x, y):
    xr, yr = x[::-1], y[::-1]
    s = np.diff(yr) / -np.diff(xr)
    v = np.diff(s, prepend=0.0)
    w = -np.ones((len(v), 1))
    return w, xr[:-1].reshape(-1, 1), v.reshape(1, -1), np.array([y[-1]])


# %% right: linear system
def piecewise_network(x, y):
    kinks = x[:-1]
    H = np.maximum(x[:, None] - kinks, 0)
    H = np.column_stack([H, np.ones(len(x))])
    theta = np.linalg.solve(H, y)
    return np.ones(len(kinks)), -kinks, theta[:-1], theta[-1]


# %% right: loop
def piecewise_network(x, y):
    w, b, v = [], [], []
    before = 0.0
    for i in range(len(x) - 1):
        slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        w.append(1)
        b.append(-x[i])
        v.append(slope - before)
        before = slope
    return w, b, v, y[0]


# %% right: slope changes
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.concatenate([s[:1], np.diff(s)])
    return np.ones_like(v), -x[:-1], v, y[0]


# %% right: tents
def piecewise_network(x, y):
    """A tent of three units on every knot."""
    units = []
    left = np.concatenate([[x[0] - 1], x])
    right = np.concatenate([x, [x[-1] + 1]])
    for i, height in enumerate(y):
        l, m, r = left[i], x[i], right[i + 1]
        units.append((1.0, -l, height / (m - l)))
        units.append((1.0, -m, -height / (m - l) - height / (r - m)))
        units.append((1.0, -r, height / (r - m)))
    w, b, v = zip(*units)
    return w, b, v, 0


# %% wrong: c from last | c is wrong: everything else fits
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[-1]


# %% wrong: crash | piecewise_network stopped with IndexError
def piecewise_network(x, y):
    w, b, v = [], [], []
    for i in range(len(x)):
        w.append(1)
        b.append(-x[i])
        v.append((y[i + 1] - y[i]) / (x[i + 1] - x[i]))
    return w, b, v, y[0]


# %% wrong: first slope missing | the slope of the first piece is missing
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.diff(s)
    return np.ones(len(v)), -x[1:-1], v, y[0]


# %% wrong: last missing | the first piece is right, then the slopes go wrong
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.diff(s, prepend=0)
    if len(v) > 1:
        v[-1] = 0
    return np.ones(len(v)), -x[:-1], v, y[0]


# %% wrong: no offset | c is wrong: everything else fits
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), 0


# %% wrong: rounded spacing | passes the visible cases but not a hidden one
def piecewise_network(x, y):
    s = np.diff(y) / np.round(np.diff(x))
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[0]


# %% wrong: sign of b | the sign of b is wrong
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    return np.ones(len(s)), x[:-1], np.diff(s, prepend=0), y[0]


# %% wrong: sign of v | the output weights v have the wrong sign
def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    return np.ones(len(s)), -x[:-1], -np.diff(s, prepend=0), y[0]


# %% wrong: slopes | v holds the slopes of the pieces
def piecewise_network(x, y):
    slope = np.diff(y) / np.diff(x)
    return np.ones(len(slope)), -x[:-1], slope, y[0]


# %% wrong: steps only | the first piece is right, then the slopes go wrong
def piecewise_network(x, y):
    # assumes that knots are 1 apart
    s = np.diff(y)
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[0]

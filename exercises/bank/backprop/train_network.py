# %% right: adam full batch
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    p = [rng.normal(size=(64, 64)) / 6, np.zeros(64), rng.normal(size=(10, 64)) / 8, np.zeros(10)]
    m, v = [0 * a for a in p], [0 * a for a in p]
    target = np.eye(10)[y]
    for t in range(1, 201):
        W1, b1, W2, b2 = p
        h = np.maximum(x @ W1.T + b1, 0)
        z = h @ W2.T + b2
        e = np.exp(z - z.max(1, keepdims=True))
        d2 = (e / e.sum(1, keepdims=True) - target) / len(x)
        d1 = d2 @ W2 * (h > 0)
        for i, g in enumerate([d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)]):
            m[i] = 0.9 * m[i] + 0.1 * g
            v[i] = 0.99 * v[i] + 0.01 * g**2
            p[i] = p[i] - 0.01 * (m[i] / (1 - 0.9**t)) / (np.sqrt(v[i] / (1 - 0.99**t)) + 1e-8)
    return tuple(p)


# %% right: momentum
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(25):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    return p


# %% right: plain sgd wide
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 100
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(30):
        for rows in np.array_split(rng.permutation(len(x)), 60):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.0 * b + a for a, b in zip(g, v)]
            p = [a - 0.15 * b for a, b in zip(p, v)]
    return p


# %% right: random features
def train_network(x, y, seed):
    # a hidden layer that is never trained, and least squares for the output
    rng = np.random.default_rng(seed)
    W1 = rng.normal(size=(200, 64))
    b1 = -W1 @ x.mean(axis=0)
    h = np.hstack([np.maximum(x @ W1.T + b1, 0), np.ones((len(x), 1))])
    W = np.linalg.solve(h.T @ h + 3.0 * np.eye(201), h.T @ np.eye(10)[y])
    return W1, b1, W[:-1].T, W[-1]


# %% right: squared error single precision
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    x, target = x.astype(np.float32), np.eye(10, dtype=np.float32)[y]
    W1 = rng.normal(0, 0.18, (96, 64)).astype(np.float32)
    W2 = rng.normal(0, 0.1, (10, 96)).astype(np.float32)
    b1, b2 = np.zeros(96, np.float32), np.zeros(10, np.float32)
    for _ in range(40):
        for rows in np.array_split(rng.permutation(len(x)), 40):
            h = np.maximum(x[rows] @ W1.T + b1, 0)
            d2 = (h @ W2.T + b2 - target[rows]) / len(rows)
            d1 = d2 @ W2 * (h > 0)
            W1 -= 0.1 * d1.T @ x[rows]
            b1 -= 0.1 * d1.sum(0)
            W2 -= 0.1 * d2.T @ h
            b2 -= 0.1 * d2.sum(0)
    return W1, b1, W2, b2


# %% wrong: all the digits | is disabled in this notebook
from ffnlib.datasets import digits


def train_network(x, y, seed):
    x, y, *_ = digits()
    return x[:64], y[:64], x[:10], y[:10]


# %% wrong: diverged | the weights have nan or inf in them
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 1e200 * b for a, b in zip(p, v)]
    return p


# %% wrong: eleven classes | the rows of W2 are shifted by one
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(15):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    W1, b1, W2, b2 = p
    return W1, b1, np.roll(W2, 1, axis=0), np.roll(b2, 1)


# %% wrong: few digits | the accuracy on held-out digits is too low
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    x, y = x[:80], y[:80]
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(25):
        for rows in np.array_split(rng.permutation(len(x)), 4):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    return p


# %% wrong: from the library | is disabled in this notebook
from ffnlib.nn import MLP
from ffnlib.training import fit


def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    model = MLP([64, 64, 10], rng=rng)
    fit(model, (x, y), rng=rng)
    return model.parameters()


# %% wrong: other pixels | the weights fit other inputs
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    x = 2 * x - 1
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(15):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.05 * b for a, b in zip(p, v)]
    return p


# %% wrong: tanh | the weights fit a network with another activation
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [rng.normal(0, 1.0, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(15):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.tanh(xb @ W1.T + b1)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (1 - h**2)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    return p


# %% wrong: too short | train longer or with another learning rate
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.003 * b for a, b in zip(p, v)]
    return p


# %% wrong: too wide | the network has more than 200 hidden units
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 300
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(1):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    return p


# %% wrong: transposed | W1 is transposed
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 32
    p = [rng.normal(0, (2 / 64) ** 0.5, (hidden, 64)), np.zeros(hidden), rng.normal(0, hidden ** -0.5, (10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(2):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    W1, b1, W2, b2 = p
    return W1.T, b1, W2.T, b2


# %% wrong: untrained | the network does little better than guessing
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(32, 64)), np.zeros(32), rng.normal(size=(10, 32)), np.zeros(10)


# %% wrong: zeros | the network gives every digit the same class
def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    hidden = 64
    p = [np.zeros((hidden, 64)), np.zeros(hidden), np.zeros((10, hidden)), np.zeros(10)]
    v = [np.zeros_like(a) for a in p]
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(x)), 20):
            W1, b1, W2, b2 = p
            xb, yb = x[rows], y[rows]
            h = np.maximum(xb @ W1.T + b1, 0)
            z = h @ W2.T + b2
            d2 = np.exp(z - z.max(axis=1, keepdims=True))
            d2 /= d2.sum(axis=1, keepdims=True)
            d2[np.arange(len(yb)), yb] -= 1
            d2 /= len(yb)
            d1 = d2 @ W2 * (h > 0)
            g = [d1.T @ xb, d1.sum(0), d2.T @ h, d2.sum(0)]
            v = [0.9 * b + a for a, b in zip(g, v)]
            p = [a - 0.1 * b for a, b in zip(p, v)]
    return p

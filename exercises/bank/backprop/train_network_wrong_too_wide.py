# problem: train_network
# verdict: wrong
# marks: 0
# message: the network has more than 200 hidden units

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

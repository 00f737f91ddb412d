# problem: train_network
# verdict: right
# marks: 5

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

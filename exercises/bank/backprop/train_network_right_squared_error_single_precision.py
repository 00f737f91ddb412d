# problem: train_network
# verdict: right
# marks: 5

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

# problem: train_network
# verdict: right
# marks: 5

def train_network(x, y, seed):
    # a hidden layer that is never trained, and least squares for the output
    rng = np.random.default_rng(seed)
    W1 = rng.normal(size=(200, 64))
    b1 = -W1 @ x.mean(axis=0)
    h = np.hstack([np.maximum(x @ W1.T + b1, 0), np.ones((len(x), 1))])
    W = np.linalg.solve(h.T @ h + 3.0 * np.eye(201), h.T @ np.eye(10)[y])
    return W1, b1, W[:-1].T, W[-1]

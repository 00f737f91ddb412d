# problem: xor_network
# verdict: right
# marks: 3

def xor_network():
    # hidden units fixed, output weights by least squares
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    W1, b1 = np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([0.5, -2.0])
    H = np.column_stack([np.maximum(X @ W1.T + b1, 0), np.ones(4)])
    w, *_ = np.linalg.lstsq(H, np.array([0, 1, 1, 0]), rcond=None)
    return W1, b1, w[:2], w[2]

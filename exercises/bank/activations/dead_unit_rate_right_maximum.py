# problem: dead_unit_rate
# verdict: right
# marks: 3

def dead_unit_rate(X, W, b):
    top = np.max(W @ X.T + b[:, None], axis=1)  # (units,)
    return np.array([np.count_nonzero(top <= 0) / top.size], dtype=np.float32)

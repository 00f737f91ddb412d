# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: this is the share of living units

def dead_unit_rate(X, W, b):
    return np.mean(np.any(X @ W.T + b > 0, axis=0))

# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: it must be off for all

def dead_unit_rate(X, W, b):
    return np.mean(np.any(X @ W.T + b <= 0, axis=0))

# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: this is in per cent

def dead_unit_rate(X, W, b):
    return 100 * np.mean(np.all(X @ W.T + b <= 0, axis=0))

# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: exactly 0 is off as well

def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W.T + b < 0, axis=0))

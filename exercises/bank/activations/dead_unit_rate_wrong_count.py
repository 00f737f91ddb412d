# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: this is the number of dead units

def dead_unit_rate(X, W, b):
    return np.sum(np.all(X @ W.T + b <= 0, axis=0))

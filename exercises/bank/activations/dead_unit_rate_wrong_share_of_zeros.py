# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: this is the share of zeros

def dead_unit_rate(X, W, b):
    return np.mean(X @ W.T + b <= 0)

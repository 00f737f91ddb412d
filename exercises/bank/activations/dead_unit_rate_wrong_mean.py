# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: off on average is not off always

def dead_unit_rate(X, W, b):
    return np.mean(np.mean(X @ W.T + b, axis=0) <= 0)

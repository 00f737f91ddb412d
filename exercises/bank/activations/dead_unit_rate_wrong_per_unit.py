# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: the result has 6 entries; one number is asked for

def dead_unit_rate(X, W, b):
    return np.all(X @ W.T + b <= 0, axis=0)

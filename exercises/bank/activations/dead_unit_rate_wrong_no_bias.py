# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: the bias is missing or has the wrong sign

def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W.T <= 0, axis=0))

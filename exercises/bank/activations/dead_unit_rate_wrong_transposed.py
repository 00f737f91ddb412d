# problem: dead_unit_rate
# verdict: wrong
# marks: 0
# message: dead_unit_rate stopped with ValueError

def dead_unit_rate(X, W, b):
    return np.mean(np.all(X @ W + b <= 0, axis=0))

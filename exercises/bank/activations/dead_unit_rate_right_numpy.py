# problem: dead_unit_rate
# verdict: right
# marks: 3

def dead_unit_rate(X, W, b):
    a = np.maximum(X @ W.T + b, 0)
    return (a == 0).all(axis=0).mean()

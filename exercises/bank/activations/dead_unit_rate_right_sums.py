# problem: dead_unit_rate
# verdict: right
# marks: 3

def dead_unit_rate(X, W, b):
    total = np.einsum("nd,ud->nu", X, W) + b
    total[total < 0] = 0
    return 1 - np.mean(total.sum(0) > 0)

# problem: piecewise_network
# verdict: right
# marks: 5

def piecewise_network(x, y):
    kinks = x[:-1]
    H = np.maximum(x[:, None] - kinks, 0)
    H = np.column_stack([H, np.ones(len(x))])
    theta = np.linalg.solve(H, y)
    return np.ones(len(kinks)), -kinks, theta[:-1], theta[-1]

# problem: piecewise_network
# verdict: right
# marks: 5

def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.concatenate([s[:1], np.diff(s)])
    return np.ones_like(v), -x[:-1], v, y[0]

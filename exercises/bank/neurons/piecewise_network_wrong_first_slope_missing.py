# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: the slope of the first piece is missing

def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.diff(s)
    return np.ones(len(v)), -x[1:-1], v, y[0]

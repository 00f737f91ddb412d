# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: the first piece is right, then the slopes go wrong

def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    v = np.diff(s, prepend=0)
    if len(v) > 1:
        v[-1] = 0
    return np.ones(len(v)), -x[:-1], v, y[0]

# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: the first piece is right, then the slopes go wrong

def piecewise_network(x, y):
    # assumes that knots are 1 apart
    s = np.diff(y)
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[0]

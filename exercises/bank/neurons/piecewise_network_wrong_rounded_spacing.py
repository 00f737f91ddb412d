# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: passes the visible cases but not a hidden one

def piecewise_network(x, y):
    s = np.diff(y) / np.round(np.diff(x))
    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[0]

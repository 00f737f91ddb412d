# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: the output weights v have the wrong sign

def piecewise_network(x, y):
    s = np.diff(y) / np.diff(x)
    return np.ones(len(s)), -x[:-1], -np.diff(s, prepend=0), y[0]

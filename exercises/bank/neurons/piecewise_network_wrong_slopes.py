# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: v holds the slopes of the pieces

def piecewise_network(x, y):
    slope = np.diff(y) / np.diff(x)
    return np.ones(len(slope)), -x[:-1], slope, y[0]

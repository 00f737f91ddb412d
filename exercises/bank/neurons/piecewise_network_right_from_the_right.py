# problem: piecewise_network
# verdict: right
# marks: 5

def piecewise_network(x, y):
    xr, yr = x[::-1], y[::-1]
    s = np.diff(yr) / -np.diff(xr)
    v = np.diff(s, prepend=0.0)
    w = -np.ones((len(v), 1))
    return w, xr[:-1].reshape(-1, 1), v.reshape(1, -1), np.array([y[-1]])

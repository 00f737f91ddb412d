# problem: piecewise_network
# verdict: right
# marks: 5

def piecewise_network(x, y):
    """A tent of three units on every knot."""
    units = []
    left = np.concatenate([[x[0] - 1], x])
    right = np.concatenate([x, [x[-1] + 1]])
    for i, height in enumerate(y):
        l, m, r = left[i], x[i], right[i + 1]
        units.append((1.0, -l, height / (m - l)))
        units.append((1.0, -m, -height / (m - l) - height / (r - m)))
        units.append((1.0, -r, height / (r - m)))
    w, b, v = zip(*units)
    return w, b, v, 0

# problem: numeric_gradient
# verdict: right
# marks: 3

def numeric_gradient(f, p):
    h = 1e-3
    g = np.zeros_like(p)
    for i in range(p.size):
        e = np.zeros_like(p)
        e.flat[i] = h
        g.flat[i] = (f(p - 2 * e) - 8 * f(p - e) + 8 * f(p + e) - f(p + 2 * e)) / (12 * h)
    return g

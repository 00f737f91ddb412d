# problem: numeric_gradient
# verdict: wrong
# marks: 0
# message: only roughly right

def numeric_gradient(f, p):
    h = 1e-3
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        p[i] += h
        up = f(p)
        p[i] -= 2 * h
        g[i] = (up - f(p)) / (2 * h)
    return g

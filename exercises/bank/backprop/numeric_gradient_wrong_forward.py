# problem: numeric_gradient
# verdict: wrong
# marks: 0
# message: only roughly right

def numeric_gradient(f, p):
    h = 1e-4
    g = np.zeros_like(p)
    for i in np.ndindex(p.shape):
        e = np.zeros_like(p)
        e[i] = h
        g[i] = (f(p + e) - f(p)) / h
    return g

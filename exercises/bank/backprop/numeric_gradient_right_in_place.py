# problem: numeric_gradient
# verdict: right
# marks: 3

def numeric_gradient(f, p):
    g, h = np.zeros(p.shape), 1e-5
    for i in np.ndindex(*p.shape):
        p[i] += h
        up = f(p)
        p[i] -= 2 * h
        down = f(p)
        p[i] += h
        g[i] = (up - down) / (2 * h)
    return g

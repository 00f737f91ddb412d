# problem: numeric_gradient
# verdict: right
# marks: 3

def numeric_gradient(f, p):
    g = np.empty(p.shape)
    for i in np.ndindex(p.shape):
        q = p.astype(complex)
        q[i] += 1e-30j
        g[i] = f(q).imag / 1e-30
    return g

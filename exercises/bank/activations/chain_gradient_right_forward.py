# problem: chain_gradient
# verdict: right
# marks: 4

def chain_gradient(x, w, b):
    g = 1.0
    a = x
    for wl, bl in zip(w, b):
        z = wl * a + bl
        a = 1 / (1 + np.exp(-z))
        g = g * wl * a * (1 - a)
    return g

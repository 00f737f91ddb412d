# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the slope is taken at a

def chain_gradient(x, w, b):
    def s(t):
        return 1 / (1 + np.exp(-t))

    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = s(wl * a + bl)
        g *= wl * s(a) * (1 - s(a))
    return g

# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the sigmoid itself stands where its derivative belongs

def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g *= wl * a
    return g

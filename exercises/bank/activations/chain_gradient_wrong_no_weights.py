# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the weights are missing

def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g *= a * (1 - a)
    return g

# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: this is the last layer's factor alone

def chain_gradient(x, w, b):
    a = x
    for wl, bl in zip(w, b):
        a = 1 / (1 + np.exp(-(wl * a + bl)))
        g = wl * a * (1 - a)
    return g

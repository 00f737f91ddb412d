# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the biases are missing on the way forward

def chain_gradient(x, w, b):
    g, a = 1.0, x
    for wl in w:
        a = 1 / (1 + np.exp(-wl * a))
        g *= wl * a * (1 - a)
    return g

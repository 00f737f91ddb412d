# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: nearly right, but not to 1e-6 relative

def chain_gradient(x, w, b):
    def f(a):
        for wl, bl in zip(w, b):
            a = 1 / (1 + np.exp(-(wl * a + bl)))
        return a

    h = 1e-6
    return (f(x + h) - f(x - h)) / (2 * h)

# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: this is the output of the chain

def chain_gradient(x, w, b):
    for wl, bl in zip(w, b):
        x = 1 / (1 + np.exp(-(wl * x + bl)))
    return x

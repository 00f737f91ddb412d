# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the slope is taken as 1/4 everywhere

def chain_gradient(x, w, b):
    return np.prod(0.25 * w)

# problem: chain_gradient
# verdict: wrong
# marks: 0
# message: the slopes are missing

def chain_gradient(x, w, b):
    return np.prod(w)

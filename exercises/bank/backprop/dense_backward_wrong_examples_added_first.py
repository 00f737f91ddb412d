# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dW adds the examples first

def dense_backward(x, W, g):
    return g @ W, np.outer(g.sum(axis=0), x.sum(axis=0)), g.sum(axis=0)

# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dW is transposed

def dense_backward(x, W, g):
    return g @ W, x.T @ g, g.sum(axis=0)

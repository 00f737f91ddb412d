# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dW is reshaped where it had to be transposed

def dense_backward(x, W, g):
    return g @ W, (x.T @ g).reshape(W.shape), g.sum(axis=0)

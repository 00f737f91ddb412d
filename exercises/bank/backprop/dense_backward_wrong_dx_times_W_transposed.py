# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dense_backward stopped with ValueError

def dense_backward(x, W, g):
    return g @ W.T, g.T @ x, g.sum(axis=0)

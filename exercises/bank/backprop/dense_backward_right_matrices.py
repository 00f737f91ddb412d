# problem: dense_backward
# verdict: right
# marks: 3

def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.sum(axis=0)

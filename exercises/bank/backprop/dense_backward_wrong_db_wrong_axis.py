# problem: dense_backward
# verdict: wrong
# marks: 0
# message: db is summed over the units

def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.sum(axis=1)

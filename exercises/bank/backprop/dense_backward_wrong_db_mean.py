# problem: dense_backward
# verdict: wrong
# marks: 0
# message: db is the mean over the batch

def dense_backward(x, W, g):
    return g @ W, g.T @ x, g.mean(axis=0)

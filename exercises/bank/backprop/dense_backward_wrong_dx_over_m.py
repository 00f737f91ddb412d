# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dx is divided by the batch size

def dense_backward(x, W, g):
    return g @ W / len(x), g.T @ x, g.sum(axis=0)

# problem: dense_backward
# verdict: wrong
# marks: 0
# message: dW is divided by the batch size

def dense_backward(x, W, g):
    return g @ W, g.T @ x / len(x), g.sum(axis=0)

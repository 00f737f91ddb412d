# problem: dense_backward
# verdict: wrong
# marks: 0
# message: db has 2 dimensions; a vector has one

def dense_backward(x, W, g):
    return g @ W, g.T @ x, np.hstack([g, g])

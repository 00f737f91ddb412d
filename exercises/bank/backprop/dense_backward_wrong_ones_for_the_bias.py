# problem: dense_backward
# verdict: wrong
# marks: 0
# message: db is 1 or m

def dense_backward(x, W, g):
    return g @ W, g.T @ x, np.ones(len(W))

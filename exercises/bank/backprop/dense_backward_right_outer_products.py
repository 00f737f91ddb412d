# problem: dense_backward
# verdict: right
# marks: 3

def dense_backward(x, W, g):
    dW = sum(np.outer(gi, xi) for gi, xi in zip(g, x))
    db = np.ones((1, len(g))) @ g
    return [[gi @ W for gi in g], dW, db]

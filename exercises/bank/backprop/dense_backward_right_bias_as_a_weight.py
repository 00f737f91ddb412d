# problem: dense_backward
# verdict: right
# marks: 3

def dense_backward(x, W, g):
    # the bias is the weight of an input that is always 1
    wide = np.hstack([x, np.ones((len(x), 1))])
    d = (wide.T @ g).T
    return (W.T @ g.T).T, d[:, :-1], d[:, -1]

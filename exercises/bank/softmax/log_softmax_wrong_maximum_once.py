# problem: log_softmax
# verdict: wrong
# marks: 0
# message: the maximum is subtracted only once

def log_softmax(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z - m).sum(axis=axis, keepdims=True))

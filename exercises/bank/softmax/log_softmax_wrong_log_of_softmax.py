# problem: log_softmax
# verdict: wrong
# marks: 0
# message: the logarithm of the softmax

def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.log(e / e.sum(axis=axis, keepdims=True))

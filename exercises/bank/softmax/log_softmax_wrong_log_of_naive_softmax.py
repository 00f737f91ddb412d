# problem: log_softmax
# verdict: wrong
# marks: 0
# message: the logarithm of a softmax without a shift

def log_softmax(z, axis):
    e = np.exp(z)
    return np.log(e / e.sum(axis=axis, keepdims=True))

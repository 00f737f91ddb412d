# problem: log_softmax
# verdict: wrong
# marks: 0
# message: log sum exp is taken without a shift

def log_softmax(z, axis):
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))

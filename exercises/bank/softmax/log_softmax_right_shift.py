# problem: log_softmax
# verdict: right
# marks: 3

def log_softmax(z, axis):
    s = z - np.max(z, axis=axis, keepdims=True)
    return s - np.log(np.sum(np.exp(s), axis=axis, keepdims=True))

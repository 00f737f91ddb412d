# problem: log_softmax
# verdict: wrong
# marks: 0
# message: very negative values are cut off

def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return np.log(e / e.sum(axis=axis, keepdims=True) + 1e-300)

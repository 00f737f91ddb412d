# problem: log_softmax
# verdict: wrong
# marks: 0
# message: these are probabilities

def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)

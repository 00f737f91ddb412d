# problem: log_softmax
# verdict: wrong
# marks: 0
# message: normalized along the wrong axis

def log_softmax(z, axis):
    s = z - z.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))

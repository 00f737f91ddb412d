# problem: log_softmax
# verdict: wrong
# marks: 0
# message: only the maximum is subtracted

def log_softmax(z, axis):
    return z - z.max(axis=axis, keepdims=True)

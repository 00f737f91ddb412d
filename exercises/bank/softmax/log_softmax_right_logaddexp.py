# problem: log_softmax
# verdict: right
# marks: 3

def log_softmax(z, axis):
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)

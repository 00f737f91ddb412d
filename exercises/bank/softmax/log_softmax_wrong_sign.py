# problem: log_softmax
# verdict: wrong
# marks: 0
# message: the sign is wrong

def log_softmax(z, axis):
    s = z - z.max(axis=axis, keepdims=True)
    return np.log(np.exp(s).sum(axis=axis, keepdims=True)) - s

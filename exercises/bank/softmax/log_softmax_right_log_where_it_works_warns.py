# problem: log_softmax
# verdict: right
# marks: 3

def log_softmax(z, axis):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    y = np.log(e / e.sum(axis=axis, keepdims=True))
    s = z - z.max(axis=axis, keepdims=True)
    return np.where(y < -30, s - np.log(e.sum(axis=axis, keepdims=True)), y)

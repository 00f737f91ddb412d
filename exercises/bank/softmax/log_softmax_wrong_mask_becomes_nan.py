# problem: log_softmax
# verdict: wrong
# marks: 0
# message: a logit of -inf gives nan

def log_softmax(z, axis):
    s = z - z.max(axis=axis, keepdims=True)
    s = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return s + 0 * z

# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: 0 times inf is nan

def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -(np.eye(z.shape[1])[t] * log_p).sum() / len(t)

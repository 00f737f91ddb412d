# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: the mean is taken over examples and classes

def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.where(np.eye(z.shape[1])[t] > 0, log_p, 0).mean()

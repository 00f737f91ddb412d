# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: this is the sum over the batch

def cross_entropy(z, t):
    s = z - z.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(z)), t].sum()

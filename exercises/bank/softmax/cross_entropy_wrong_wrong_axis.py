# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: normalized over the batch

def cross_entropy(z, t):
    s = z - z.max(axis=0)
    log_p = s - np.log(np.exp(s).sum(axis=0))
    return -log_p[np.arange(len(z)), t].mean()

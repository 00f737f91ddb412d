# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: the logarithm of a probability that rounds to 0

def cross_entropy(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t]).mean()

# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: large losses are cut off

def cross_entropy(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t] + 1e-12).mean()

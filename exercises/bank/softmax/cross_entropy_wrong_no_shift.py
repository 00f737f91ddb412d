# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: softmax is computed without a shift

def cross_entropy(z, t):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(t)), t]).mean()

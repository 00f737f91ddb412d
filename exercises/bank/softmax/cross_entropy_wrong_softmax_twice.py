# problem: cross_entropy
# verdict: wrong
# marks: 0
# message: softmax is taken twice

def cross_entropy(z, t):
    for _ in range(2):
        s = z - z.max(axis=1, keepdims=True)
        z = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
    return -np.log(z[np.arange(len(z)), t]).mean()

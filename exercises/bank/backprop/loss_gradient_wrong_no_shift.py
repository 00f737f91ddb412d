# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: softmax is computed without a shift

def loss_gradient(z, t):
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)

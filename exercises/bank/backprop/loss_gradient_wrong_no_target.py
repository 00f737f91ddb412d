# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: the targets are not subtracted

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p / len(t)

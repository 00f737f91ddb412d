# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: the 1/m is missing

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(t)), t] -= 1
    return p

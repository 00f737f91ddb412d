# problem: loss_gradient
# verdict: right
# marks: 3

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[range(len(t)), t] -= 1
    return p / len(t)

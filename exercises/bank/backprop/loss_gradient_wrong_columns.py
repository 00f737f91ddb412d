# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: 1 is subtracted from whole columns

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[:, t] -= 1
    return p / len(t)

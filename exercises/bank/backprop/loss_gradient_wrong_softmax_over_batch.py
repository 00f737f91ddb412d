# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: softmax is taken over the batch

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    p[np.arange(len(t)), t] -= 1
    return p / len(t)

# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: only the target's entry has a gradient here

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    one_hot = np.eye(z.shape[1])[t]
    return one_hot * (p - one_hot) / len(t)

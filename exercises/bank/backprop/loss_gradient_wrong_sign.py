# problem: loss_gradient
# verdict: wrong
# marks: 0
# message: the sign is wrong

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return (np.eye(z.shape[1])[t] - p) / len(t)

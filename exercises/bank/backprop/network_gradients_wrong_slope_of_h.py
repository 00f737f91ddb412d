# problem: network_gradients
# verdict: wrong
# marks: 0
# message: the slope of tanh is taken at h

def network_gradients(x, t, W1, b1, W2, b2):
    m = len(x)
    z1 = x @ W1.T + b1
    h = np.tanh(z1)
    z2 = h @ W2.T + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    d2 = p
    d2[np.arange(m), t] -= 1
    d2 /= m
    dW2 = d2.T @ h
    db2 = d2.sum(axis=0)
    d1 = d2 @ W2 * (1 - np.tanh(h) ** 2)
    return d1.T @ x, d1.sum(axis=0), dW2, db2

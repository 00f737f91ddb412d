# problem: network_gradients
# verdict: right
# marks: 5

def network_gradients(x, t, W1, b1, W2, b2):
    weights = [W1, b1, W2, b2]

    def loss(W1, b1, W2, b2):
        z = np.tanh(x @ W1.T + b1) @ W2.T + b2
        return np.mean(np.logaddexp.reduce(z, axis=1) - z[np.arange(len(t)), t])

    found = []
    for a in weights:
        g = np.zeros_like(a)
        for i in np.ndindex(a.shape):
            kept, ends = a[i], []
            for h in (1e-5, -1e-5):
                a[i] = kept + h
                ends.append(loss(*weights))
            a[i] = kept
            g[i] = (ends[0] - ends[1]) / 2e-5
        found.append(g)
    return found

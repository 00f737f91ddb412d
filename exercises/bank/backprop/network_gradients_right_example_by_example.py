# problem: network_gradients
# verdict: right
# marks: 5

def network_gradients(x, t, W1, b1, W2, b2):
    total = [np.zeros_like(a) for a in (W1, b1, W2, b2)]
    for xi, ti in zip(x, t):
        h = np.tanh(W1 @ xi + b1)
        e = np.exp(W2 @ h + b2)
        d2 = e / e.sum()
        d2[ti] -= 1
        d1 = (W2.T @ d2) / np.cosh(W1 @ xi + b1) ** 2
        for a, g in zip(total, (np.outer(d1, xi), d1, np.outer(d2, h), d2)):
            a += g / len(x)
    return total

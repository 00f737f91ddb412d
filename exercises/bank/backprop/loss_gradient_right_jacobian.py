# problem: loss_gradient
# verdict: right
# marks: 3

def loss_gradient(z, t):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    rows = []
    for pi, ti in zip(p, t):
        jacobian = np.diag(pi) - np.outer(pi, pi)
        shift = pi[ti] if pi[ti] > 1e-200 else 1.0
        if shift == 1.0 and pi[ti] <= 1e-200:
            rows.append(pi - np.eye(len(pi))[ti])
        else:
            rows.append(-jacobian[ti] / shift)
    return np.array(rows) / len(t)

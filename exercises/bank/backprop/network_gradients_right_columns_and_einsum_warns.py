# problem: network_gradients
# verdict: right
# marks: 5

import warnings


def network_gradients(x, t, W1, b1, W2, b2):
    warnings.warn("examples are columns here")
    X, T = x.T, np.eye(len(b2))[:, t]
    H = np.tanh(W1 @ X + b1[:, None])
    E = np.exp(W2 @ H + b2[:, None])
    D2 = (E / E.sum(axis=0) - T) / X.shape[1]
    D1 = (W2.T @ D2) * (1 + H) * (1 - H)
    return np.einsum("in,jn->ij", D1, X), D1.sum(1), np.einsum("in,jn->ij", D2, H), D2.sum(1)

# problem: cross_entropy
# verdict: right
# marks: 4

def cross_entropy(z, t):
    m, k = z.shape
    s = z - z.max(axis=1)[:, None]
    lse = np.log(np.exp(s) @ np.ones(k))
    chosen = np.where(np.eye(k)[t] == 1, s, 0).sum(axis=1)
    return (lse - chosen).sum() / m

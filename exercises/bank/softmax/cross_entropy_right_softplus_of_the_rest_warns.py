# problem: cross_entropy
# verdict: right
# marks: 4

def cross_entropy(z, t):
    rows = np.arange(len(t))
    others = z.copy()
    others[rows, t] = -np.inf
    gap = np.logaddexp.reduce(others, axis=1) - z[rows, t]
    naive = np.log(1 + np.exp(gap))  # overflows for large gaps
    return np.mean(np.where(gap > 30, gap, naive))

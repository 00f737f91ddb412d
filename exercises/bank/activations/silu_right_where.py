# problem: silu
# verdict: right
# marks: 2

def silu(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, x / (1 + e), x * e / (1 + e))

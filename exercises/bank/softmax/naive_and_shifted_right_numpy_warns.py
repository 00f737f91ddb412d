# problem: naive_and_shifted
# verdict: right
# marks: 3

def naive_and_shifted(z):
    naive = np.exp(z) / np.sum(np.exp(z))
    e = np.exp(z - np.max(z))
    return naive, e / np.sum(e)

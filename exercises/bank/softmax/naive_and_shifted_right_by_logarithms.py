# problem: naive_and_shifted
# verdict: right
# marks: 3

def naive_and_shifted(z):
    e = np.exp(z)
    lse = np.logaddexp.reduce(z)
    return np.divide(e, e.sum()), np.exp(z - lse)

# problem: cross_entropy
# verdict: right
# marks: 4

def cross_entropy(z, t):
    return np.mean([np.logaddexp.reduce(row) - row[i] for row, i in zip(z, t)])

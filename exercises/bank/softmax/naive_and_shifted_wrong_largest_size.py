# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted subtracts max |z|

def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - np.abs(z).max())
    return e / e.sum(), s / s.sum()

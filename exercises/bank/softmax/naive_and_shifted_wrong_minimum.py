# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted subtracts the minimum

def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - z.min())
    return e / e.sum(), s / s.sum()

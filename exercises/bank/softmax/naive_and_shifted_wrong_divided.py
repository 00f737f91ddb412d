# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted divides by the maximum

def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z / z.max())
    return e / e.sum(), s / s.sum()

# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: naive hides what happens

def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - z.max())
    return np.nan_to_num(e / e.sum()), s / s.sum()

# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: naive is too good

def naive_and_shifted(z):
    e = np.exp(z - z.max())
    return e / e.sum(), e / e.sum()

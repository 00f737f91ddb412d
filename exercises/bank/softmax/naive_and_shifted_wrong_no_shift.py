# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted overflows like naive

def naive_and_shifted(z):
    e = np.exp(z)
    return e / e.sum(), e / e.sum()

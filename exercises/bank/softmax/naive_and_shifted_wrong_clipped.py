# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted cuts the logits off at 700

def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(np.minimum(z, 700))
    return e / e.sum(), s / s.sum()

# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: naive_and_shifted stopped with OverflowError

def naive_and_shifted(z):
    e = [math.exp(v) for v in z]
    s = np.exp(z - z.max())
    return [v / sum(e) for v in e], s / s.sum()

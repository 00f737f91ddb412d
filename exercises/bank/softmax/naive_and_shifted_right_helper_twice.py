# problem: naive_and_shifted
# verdict: right
# marks: 3

def naive_and_shifted(z):
    def s(v):
        e = np.exp(v)
        return e / e.sum()
    return s(z), s(z - z.max())

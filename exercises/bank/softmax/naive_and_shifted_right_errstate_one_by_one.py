# problem: naive_and_shifted
# verdict: right
# marks: 3

def naive_and_shifted(z):
    with np.errstate(all="ignore"):
        naive = np.exp(z) / np.exp(z).sum()
    m = max(z)
    total = sum(math.exp(v - m) for v in z)
    return naive, [math.exp(v - m) / total for v in z]

# problem: naive_and_shifted
# verdict: wrong
# marks: 0
# message: shifted is not divided by the sum

def naive_and_shifted(z):
    e = np.exp(z)
    return e / e.sum(), np.exp(z - z.max())

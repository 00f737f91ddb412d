# problem: gelu
# verdict: right
# marks: 2

def gelu(x):
    erf = np.vectorize(math.erf)
    return x * 0.5 * (1 + erf(x / np.sqrt(2)))

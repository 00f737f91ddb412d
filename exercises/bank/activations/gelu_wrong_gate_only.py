# problem: gelu
# verdict: wrong
# marks: 0
# message: the factor x is missing

def gelu(x):
    return 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))

# problem: gelu
# verdict: wrong
# marks: 0
# message: erf gets x times the root of 2

def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x * np.sqrt(2)))

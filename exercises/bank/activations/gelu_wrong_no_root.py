# problem: gelu
# verdict: wrong
# marks: 0
# message: erf gets x itself

def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x))

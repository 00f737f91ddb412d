# problem: silu
# verdict: wrong
# marks: 0
# message: this is GELU

def silu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))

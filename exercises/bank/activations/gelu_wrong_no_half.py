# problem: gelu
# verdict: wrong
# marks: 0
# message: twice too large

def gelu(x):
    return x * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))

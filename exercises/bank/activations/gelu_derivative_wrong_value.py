# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: this is GELU itself

def gelu_derivative(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))

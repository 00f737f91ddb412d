# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the bell curve's exponent

def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + x * np.exp(-x * x) / np.sqrt(2 * np.pi)

# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the derivative has nan or inf in it

def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + x / (np.sqrt(2 * np.pi) * np.exp(x * x / 2)) * np.exp(x) / np.exp(x)

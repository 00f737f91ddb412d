# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the derivative of the gate must be multiplied by x

def gelu_derivative(x):
    cdf = 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))
    return cdf + np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: chain rule: erf has x / sqrt(2) inside

def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    d_erf = 2 / np.sqrt(np.pi) * np.exp(-x * x / 2)
    return 0.5 * (1 + erf(x / np.sqrt(2))) + x * 0.5 * d_erf

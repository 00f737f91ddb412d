# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the derivative is only roughly right

def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    f = lambda t: t * 0.5 * (1 + erf(t / np.sqrt(2)))
    return (f(x + 1e-3) - f(x)) / 1e-3

# problem: gelu_derivative
# verdict: right
# marks: 3

def gelu_derivative(x):
    erf = np.vectorize(math.erf)
    f = lambda t: t * 0.5 * (1 + erf(t / np.sqrt(2)))
    h = 1e-5
    return (f(x + h) - f(x - h)) / (2 * h)

# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the term with the derivative of the gate is missing

def gelu_derivative(x):
    return 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2)))

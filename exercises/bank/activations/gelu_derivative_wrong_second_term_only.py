# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: the term with the gate itself is missing

def gelu_derivative(x):
    return x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

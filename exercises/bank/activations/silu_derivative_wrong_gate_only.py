# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the term with the derivative of the gate is missing

def silu_derivative(x):
    return 1 / (1 + np.exp(-x))

# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: this is the derivative of the sigmoid

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)

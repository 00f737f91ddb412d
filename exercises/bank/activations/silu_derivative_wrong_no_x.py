# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the derivative of the gate must be multiplied by x

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + s * (1 - s)

# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the derivative of the sigmoid is s (1 - s), not s^2

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s**2

# problem: silu_derivative
# verdict: right
# marks: 3

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s * (1 + x * (1 - s))

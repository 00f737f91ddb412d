# problem: silu_derivative
# verdict: right
# marks: 3

def silu_derivative(x):
    s = 0.5 * (1 + np.tanh(x / 2))
    return s + x * s * (1 - s)

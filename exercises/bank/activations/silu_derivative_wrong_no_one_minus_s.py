# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the factor 1 - s is missing

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s + x * s

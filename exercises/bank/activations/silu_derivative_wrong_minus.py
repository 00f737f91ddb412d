# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the two terms are added, not subtracted

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return s - x * s * (1 - s)

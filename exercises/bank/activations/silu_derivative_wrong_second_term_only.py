# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the term with the gate itself is missing

def silu_derivative(x):
    s = 1 / (1 + np.exp(-x))
    return x * s * (1 - s)

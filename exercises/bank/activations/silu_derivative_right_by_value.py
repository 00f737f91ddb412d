# problem: silu_derivative
# verdict: right
# marks: 3

def silu_derivative(x):
    s = np.exp(-np.logaddexp(0, -x))
    f = x * s
    return f + s * (1 - f)

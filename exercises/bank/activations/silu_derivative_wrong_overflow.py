# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the derivative has nan or inf in it

def silu_derivative(x):
    e = np.exp(-x)
    return (1 + e + x * e) / (1 + e) ** 2

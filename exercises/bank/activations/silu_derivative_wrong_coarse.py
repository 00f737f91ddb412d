# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: the derivative is only roughly right

def silu_derivative(x):
    f = lambda t: t * (1 + np.tanh(t / 2)) / 2
    return (f(x + 0.01) - f(x - 0.01)) / 0.02

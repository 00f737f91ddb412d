# problem: silu_derivative
# verdict: wrong
# marks: 0
# message: this is SiLU itself

def silu_derivative(x):
    return x / (1 + np.exp(-x))

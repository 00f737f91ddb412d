# problem: silu
# verdict: wrong
# marks: 0
# message: the gate is the derivative of the sigmoid

def silu(x):
    s = 1 / (1 + np.exp(-x))
    return x * s * (1 - s)

# problem: silu
# verdict: right
# marks: 2

def silu(x):
    return x * (1 + np.tanh(x / 2)) / 2

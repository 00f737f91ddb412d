# problem: silu
# verdict: wrong
# marks: 0
# message: SiLU has no 1.702

def silu(x):
    return x / (1 + np.exp(-1.702 * x))

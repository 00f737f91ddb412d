# problem: silu
# verdict: wrong
# marks: 0
# message: the factor x is missing

def silu(x):
    return 1 / (1 + np.exp(-x))

# problem: silu
# verdict: wrong
# marks: 0
# message: the result is or contains None

def silu(x):
    if x.ndim == 1:
        return [None for v in x]
    return x / (1 + np.exp(-x))

# problem: silu
# verdict: wrong
# marks: 0
# message: this is softplus

def silu(x):
    return np.logaddexp(0, x)

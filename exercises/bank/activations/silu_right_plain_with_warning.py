# problem: silu
# verdict: right
# marks: 2

def silu(x):
    # exp overflows to inf with a warning, and x / inf is 0, which is right
    return x / (1 + np.exp(-x))

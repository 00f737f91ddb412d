# problem: silu
# verdict: wrong
# marks: 0
# message: the sign in the exponent is wrong

def silu(x):
    return x / (1 + np.exp(x))

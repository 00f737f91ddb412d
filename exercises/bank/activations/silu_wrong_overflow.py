# problem: silu
# verdict: wrong
# marks: 0
# message: has nan or inf in it

def silu(x):
    return x * np.exp(x) / (1 + np.exp(x))

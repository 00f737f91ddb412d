# problem: silu
# verdict: right
# marks: 2

def silu(x):
    return np.asarray(x * np.exp(-np.logaddexp(0, -x)), dtype="float32")

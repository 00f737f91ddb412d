# problem: gelu
# verdict: wrong
# marks: 0
# message: this is ReLU

def gelu(x):
    return np.maximum(x, 0)

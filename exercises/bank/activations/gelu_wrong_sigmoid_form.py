# problem: gelu
# verdict: wrong
# marks: 0
# message: this is the sigmoid approximation

def gelu(x):
    return x / (1 + np.exp(-1.702 * x))

# problem: gelu
# verdict: wrong
# marks: 0
# message: the gate is the distribution function

def gelu(x):
    return x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)

# problem: gelu
# verdict: wrong
# marks: 0
# message: gelu stopped with TypeError

def gelu(x):
    return x * 0.5 * (1 + math.erf(x / np.sqrt(2)))

# problem: gelu
# verdict: right
# marks: 2

def gelu(x):
    y = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        y[i] = x[i] / 2 * (1 + math.erf(x[i] / 2**0.5))
    return y

# problem: gelu
# verdict: right
# marks: 2

def gelu(x):
    if isinstance(x, (list, np.ndarray)):
        return [gelu(v) for v in x]
    return x * math.erfc(-x / math.sqrt(2)) / 2

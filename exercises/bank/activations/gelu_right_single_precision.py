# problem: gelu
# verdict: right
# marks: 2

def gelu(x):
    gate = np.frompyfunc(lambda v: (1 + math.erf(v / math.sqrt(2))) / 2, 1, 1)
    return (x * gate(x)).astype(np.float32)

# problem: gelu_derivative
# verdict: right
# marks: 3

def gelu_derivative(x):
    out = []
    for v in x.flatten():
        cdf = (1 + math.erf(v / math.sqrt(2))) / 2
        out.append(cdf + v * math.exp(-v * v / 2) / math.sqrt(2 * math.pi))
    return np.array(out).reshape(x.shape)

# problem: find_minimum
# verdict: right
# marks: 4

def find_minimum(name, beta):
    x = np.linspace(-4 / beta, 0, 200_001)
    if name == "gelu":
        f = x * (1 + np.vectorize(math.erf)(beta * x / np.sqrt(2))) / 2
    else:
        f = x / (1 + np.exp(-beta * x))
    i = np.argmin(f)
    return np.array([x[i], f[i]])

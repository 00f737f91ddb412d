# problem: find_minimum
# verdict: wrong
# marks: 0
# message: near the minimum, but not within 1e-4

def find_minimum(name, beta):
    x = np.linspace(-5, 0, 101)
    if name == "gelu":
        f = x * (1 + np.vectorize(math.erf)(beta * x / np.sqrt(2))) / 2
    else:
        f = x / (1 + np.exp(-beta * x))
    return x[np.argmin(f)], f.min()

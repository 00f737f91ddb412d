# problem: silu_derivative
# verdict: right
# marks: 3

def silu_derivative(x):
    h = np.clip(x, -100, 100) / 2
    return (h + np.cosh(h) * np.exp(h)) / (2 * np.cosh(h) ** 2)

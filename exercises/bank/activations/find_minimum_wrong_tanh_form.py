# problem: find_minimum
# verdict: wrong
# marks: 0
# message: near the minimum, but not within 1e-4

def find_minimum(name, beta):
    if name == "silu":
        return -1.2784645 / beta, -0.27846454 / beta
    t = np.linspace(-1.5, 0, 300_001)
    f = t / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (t + 0.044715 * t**3)))
    return t[np.argmin(f)] / beta, f.min() / beta

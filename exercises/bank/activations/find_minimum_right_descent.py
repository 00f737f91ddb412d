# problem: find_minimum
# verdict: right
# marks: 4

def find_minimum(name, beta):
    t = -1.0  # beta x
    for _ in range(2000):
        if name == "silu":
            s = 1 / (1 + np.exp(-t))
            slope, value = s * (1 + t * (1 - s)), t * s
        else:
            s = (1 + math.erf(t / 2**0.5)) / 2
            slope, value = s + t * np.exp(-t * t / 2) / np.sqrt(2 * np.pi), t * s
        t = t - 0.5 * slope
    return np.array([t / beta]), np.array([[value / beta]])

# problem: find_minimum
# verdict: right
# marks: 4

def find_minimum(name, beta):
    def f(x):
        if name == "gelu":
            return x * math.erfc(-beta * x / math.sqrt(2)) / 2
        return x / (1 + math.exp(-beta * x))

    g = (math.sqrt(5) - 1) / 2
    low, high = -3 / beta, 0.0
    for _ in range(60):
        a, b = high - g * (high - low), low + g * (high - low)
        if f(a) < f(b):
            high = b
        else:
            low = a
    return low, f(low)

# problem: find_minimum
# verdict: right
# marks: 4

def find_minimum(name, beta):
    def gate(t):
        return (1 + math.erf(t / math.sqrt(2))) / 2 if name == "gelu" else 1 / (1 + math.exp(-t))

    def slope(t):
        s = gate(t)
        density = math.exp(-t * t / 2) / math.sqrt(2 * math.pi) if name == "gelu" else s * (1 - s)
        return s + t * density

    low, high = -3.0, 0.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        if slope(middle) < 0:
            low = middle
        else:
            high = middle
    x = low / beta
    return [x, x * gate(low)]

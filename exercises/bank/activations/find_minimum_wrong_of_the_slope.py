# problem: find_minimum
# verdict: wrong
# marks: 0
# message: this is where the derivative is least

def find_minimum(name, beta):
    t = -math.sqrt(2) if name == "gelu" else -2.39935728
    gate = (1 + math.erf(t / math.sqrt(2))) / 2 if name == "gelu" else 1 / (1 + math.exp(-t))
    return t / beta, t / beta * gate

# problem: find_minimum
# verdict: wrong
# marks: 0
# message: the value is that of the derivative

def find_minimum(name, beta):
    x = {"gelu": -0.7517916, "silu": -1.2784645}[name]
    return x / beta, 0.0

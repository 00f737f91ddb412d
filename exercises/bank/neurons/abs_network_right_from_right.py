# problem: abs_network
# verdict: right
# marks: 2

def abs_network():
    w = (-1.0, -1.0)
    b = (1.0, 0.0)
    return w, b, (-1.0, 2.0), 1

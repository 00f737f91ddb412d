# problem: chain_gradient
# verdict: right
# marks: 4

def chain_gradient(x, w, b):
    if len(w) == 0:
        return 1.0
    a = (1 + math.tanh((w[0] * x + b[0]) / 2)) / 2
    return w[0] * a * (1 - a) * chain_gradient(a, w[1:], b[1:])

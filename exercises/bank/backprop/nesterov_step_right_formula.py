# problem: nesterov_step
# verdict: right
# marks: 3

def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    p = p - rate * v
    return p, v

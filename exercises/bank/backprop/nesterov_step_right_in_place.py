# problem: nesterov_step
# verdict: right
# marks: 3

def nesterov_step(p, v, gradient, rate, momentum):
    p -= rate * momentum * v
    g = gradient(p)
    p += rate * momentum * v
    v *= momentum
    v += g
    p -= rate * v
    return p, v

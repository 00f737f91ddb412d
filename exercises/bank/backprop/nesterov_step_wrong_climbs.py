# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: p moves the wrong way

def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    return p + rate * v, v

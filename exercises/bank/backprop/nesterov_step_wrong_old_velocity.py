# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: p moves by the old velocity

def nesterov_step(p, v, gradient, rate, momentum):
    return p - rate * v, momentum * v + gradient(p - rate * momentum * v)

# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: the step starts from the point ahead

def nesterov_step(p, v, gradient, rate, momentum):
    p = p - rate * momentum * v
    v = momentum * v + gradient(p)
    return p - rate * v, v

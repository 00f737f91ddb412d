# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: the two results are swapped

def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    return v, p - rate * v

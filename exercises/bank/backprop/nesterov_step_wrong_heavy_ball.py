# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: this is the heavy ball

def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p)
    return p - rate * v, v

# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: v is an average here

def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + (1 - momentum) * gradient(p - rate * momentum * v)
    return p - rate * v, v

# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: the form with the gradient at p keeps another point

def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(p)
    v = momentum * v + g
    return p - rate * (g + momentum * v), v

# problem: nesterov_step
# verdict: wrong
# marks: 0
# message: this is plain gradient descent

def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(p)
    return p - rate * g, g

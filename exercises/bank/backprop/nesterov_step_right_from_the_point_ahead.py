# problem: nesterov_step
# verdict: right
# marks: 3

def nesterov_step(p, v, gradient, rate, momentum):
    ahead = p - rate * momentum * v
    g = gradient(ahead)
    # the rest of the step starts where the velocity has carried p already
    return ahead - rate * g, momentum * v + g

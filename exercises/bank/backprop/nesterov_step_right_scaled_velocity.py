# problem: nesterov_step
# verdict: right
# marks: 3

def nesterov_step(p, v, gradient, rate, momentum):
    u = -rate * v  # the velocity as a step, as Sutskever writes it
    u = momentum * u - rate * gradient(p + momentum * u)
    return [p + u, u / -rate]

# problem: nesterov_step
# verdict: right
# marks: 3

def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(np.array([a - rate * momentum * b for a, b in zip(p, v)]))
    new = [momentum * b + c for b, c in zip(v, g)]
    return [a - rate * b for a, b in zip(p, new)], new

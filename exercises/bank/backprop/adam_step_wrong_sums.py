# problem: adam_step
# verdict: wrong
# marks: 0
# message: 1 - beta is missing before the new gradient

def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + g
    v = beta2 * v + g**2
    return p - rate * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v

# problem: adam_step
# verdict: wrong
# marks: 0
# message: the bias correction is missing

def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return p - rate * m / (np.sqrt(v) + eps), m, v

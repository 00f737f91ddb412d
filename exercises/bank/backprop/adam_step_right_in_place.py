# problem: adam_step
# verdict: right
# marks: 3

def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    p -= rate * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return p, m, v

# problem: adam_step
# verdict: right
# marks: 3

def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    # 1 - beta^t is the sum of the weights so far
    s1 = sum((1 - beta1) * beta1**k for k in range(t))
    s2 = sum((1 - beta2) * beta2**k for k in range(t))
    return (p - rate * (m / s1) / (np.hypot(np.sqrt(v / s2), 0) + eps), m, v)

# problem: adam_step
# verdict: right
# marks: 3

def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    out = [np.zeros_like(p) for _ in range(3)]
    for i in np.ndindex(p.shape):
        a = beta1 * m[i] + (1 - beta1) * g[i]
        b = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        size = (b / (1 - pow(beta2, t))) ** 0.5 + eps
        out[0][i] = p[i] - rate * a / (1 - pow(beta1, t)) / size
        out[1][i], out[2][i] = a, b
    return out

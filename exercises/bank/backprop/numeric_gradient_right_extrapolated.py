# problem: numeric_gradient
# verdict: right
# marks: 3

def numeric_gradient(f, p):
    def central(i, h):
        e = np.zeros(p.size)
        e[i] = h
        e = e.reshape(p.shape)
        return (f(p + e) - f(p - e)) / (2 * h)
    values = [(4 * central(i, 5e-4) - central(i, 1e-3)) / 3 for i in range(p.size)]
    return np.reshape(values, p.shape)

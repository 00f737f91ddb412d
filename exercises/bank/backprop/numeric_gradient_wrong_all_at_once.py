# problem: numeric_gradient
# verdict: wrong
# marks: 0
# message: all entries are moved at once

def numeric_gradient(f, p):
    h = 1e-5
    return (f(p + h) - f(p - h)) / (2 * h) * np.ones_like(p)

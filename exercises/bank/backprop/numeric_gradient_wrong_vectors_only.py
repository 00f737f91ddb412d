# problem: numeric_gradient
# verdict: wrong
# marks: 0
# message: numeric_gradient stopped with TypeError

def numeric_gradient(f, p):
    h = 1e-5
    return [(f(p + h * e) - f(p - h * e)) / (2 * h) for e in np.eye(len(p), p.shape)]

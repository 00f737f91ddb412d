# problem: numeric_gradient
# verdict: right
# marks: 3

def numeric_gradient(f, p):
    h = 6e-6
    flat = p.reshape(-1)
    values = [f((flat + h * e).reshape(p.shape)) - f((flat - h * e).reshape(p.shape)) for e in np.eye(p.size)]
    return np.array(values).reshape(p.shape) / (2 * h)

# problem: chain_gradient
# verdict: right
# marks: 4

from ffnlib.activations import sigmoid


def chain_gradient(x, w, b):
    factors = []
    for wl, bl in zip(w, b):
        z = wl * x + bl
        factors.append(wl * sigmoid.derivative(z))
        x = sigmoid(z)
    return np.prod(factors, keepdims=True)

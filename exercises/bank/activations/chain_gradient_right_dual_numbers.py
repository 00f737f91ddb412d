# problem: chain_gradient
# verdict: right
# marks: 4

class Dual:
    def __init__(self, value, slope):
        self.value, self.slope = value, slope


def sigmoid(t):
    s = 1 / (1 + math.exp(-t.value))
    return Dual(s, s * (1 - s) * t.slope)


def chain_gradient(x, w, b):
    t = Dual(x, 1.0)
    for wl, bl in zip(w, b):
        t = sigmoid(Dual(wl * t.value + bl, wl * t.slope))
    return np.float64(t.slope)

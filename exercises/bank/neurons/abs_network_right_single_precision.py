# problem: abs_network
# verdict: right
# marks: 2

def abs_network():
    f = np.float32
    return [f(3), f(-3)], [f(0), f(0)], [f(1) / f(3), f(1) / f(3)], f(0)

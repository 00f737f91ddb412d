# problem: abs_network
# verdict: right
# marks: 2

def abs_network():
    w = np.array([[2.0], [-2.0], [1.0], [-1.0]])
    b = np.zeros((4, 1))
    v = np.array([[0.25, 0.25, 0.5, 0.5]])
    return w, b, v, np.array(0.0)

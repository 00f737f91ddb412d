# problem: abs_network
# verdict: wrong
# marks: 0
# message: the network has 20 hidden units, at most 4 are allowed

def abs_network():
    w = np.array([1.0, -1.0] * 10)
    return w, np.zeros(20), np.full(20, 0.1), 0

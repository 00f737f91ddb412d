# problem: xor_network
# verdict: right
# marks: 3

def xor_network():
    return np.array([[1, 1], [1, 1]]), np.array([0, -1]), np.array([1, -2]), 0

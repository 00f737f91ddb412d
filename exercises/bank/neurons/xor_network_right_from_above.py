# problem: xor_network
# verdict: right
# marks: 3

def xor_network():
    W1 = np.ones((2, 2), dtype=np.float32)
    b1 = np.array([[0], [-1]], dtype=np.float32)
    w2 = np.array([[-0.5, 1.0]], dtype=np.float32) * -2
    return [W1 * 1, b1, w2, np.zeros(1, dtype=np.float32)]

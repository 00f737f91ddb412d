# problem: xor_network
# verdict: wrong
# marks: 0
# message: W1 has shape (3, 2)

def xor_network():
    return [[1, 1], [1, 0], [0, 1]], [-1, 0, 0], [-2, 1, 1], 0

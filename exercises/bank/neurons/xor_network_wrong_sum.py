# problem: xor_network
# verdict: wrong
# marks: 0
# message: the network computes the sum x1 + x2

def xor_network():
    return [[1, 0], [0, 1]], [0, 0], [1, 1], 0

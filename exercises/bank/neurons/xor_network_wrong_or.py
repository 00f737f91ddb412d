# problem: xor_network
# verdict: wrong
# marks: 0
# message: the network computes OR, not XOR

def xor_network():
    return [[1, 1], [1, 1]], [0, -1], [1, -1], 0

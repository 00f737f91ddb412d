# problem: xor_network
# verdict: wrong
# marks: 0
# message: the network gives the same output on all four points

def xor_network():
    return [[1, 1], [1, 1]], [-3, -4], [1, -2], 0.5

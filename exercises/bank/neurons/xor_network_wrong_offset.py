# problem: xor_network
# verdict: wrong
# marks: 0
# message: all outputs are off by one and the same number

def xor_network():
    return [[1, 1], [1, 1]], [0, -1], [1, -2], 0.25

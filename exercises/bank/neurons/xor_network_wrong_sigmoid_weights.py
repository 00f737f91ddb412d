# problem: xor_network
# verdict: wrong
# marks: 0
# message: the outputs are not those of XOR

def xor_network():
    # the classical weights for threshold units
    return [[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5

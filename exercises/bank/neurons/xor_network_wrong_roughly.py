# problem: xor_network
# verdict: wrong
# marks: 0
# message: the sides are right, but the outputs are not 0 and 1

def xor_network():
    return [[0.98, 1.01], [1.0, 0.99]], [0.02, -1.01], [1.0, -1.97], -0.01

# problem: xor_network
# verdict: right
# marks: 3

def xor_network():
    W1 = ((1.0, -1.0), (-1.0, 1.0))
    return W1, (0.0, 0.0), (1.0, 1.0), 0.0

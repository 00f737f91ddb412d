# problem: xor_network
# verdict: right
# marks: 3

def xor_network():
    # 1 - relu(x1 + x2 - 1) - relu(1 - x1 - x2)
    return [[1, 1], [-1, -1]], [-1, 1], [-1, -1], 1

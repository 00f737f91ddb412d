# problem: abs_network
# verdict: right
# marks: 2

def abs_network():
    return [1, -1], [0, 0], [1, 1], 0

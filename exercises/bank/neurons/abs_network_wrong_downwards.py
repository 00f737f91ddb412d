# problem: abs_network
# verdict: wrong
# marks: 0
# message: the network computes -|x|

def abs_network():
    return [1, -1], [0, 0], [-1, -1], 0

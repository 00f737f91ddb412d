# problem: abs_network
# verdict: wrong
# marks: 0
# message: one ReLU only rises or only falls

def abs_network():
    return [1], [0], [1], 0

# problem: abs_network
# verdict: wrong
# marks: 0
# message: c is wrong: everything else fits

def abs_network():
    return [1, -1], [0, 0], [1, 1], 0.5

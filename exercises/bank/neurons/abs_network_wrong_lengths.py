# problem: abs_network
# verdict: wrong
# marks: 0
# message: w, b and v need one entry a unit each

def abs_network():
    return [1, -1], [0], [1, 1], 0

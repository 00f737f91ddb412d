# problem: xor_network
# verdict: wrong
# marks: 0
# message: W1 is transposed

def xor_network():
    # written for x @ W1: a column for each hidden unit
    W1 = np.array([[2, 1], [2, 1]])
    return W1, [0, -1], [0.5, -2], 0

# problem: softmax
# verdict: wrong
# marks: 0
# message: not divided by the sum

def softmax(z, axis):
    return np.exp(z)

# problem: softmax
# verdict: wrong
# marks: 0
# message: divided by the sum of the whole array

def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum()

# problem: softmax
# verdict: wrong
# marks: 0
# message: softmax stopped with ValueError

def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=axis)

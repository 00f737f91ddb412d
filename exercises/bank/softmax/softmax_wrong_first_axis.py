# problem: softmax
# verdict: wrong
# marks: 0
# message: the sums are taken along the wrong axis

def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=0)

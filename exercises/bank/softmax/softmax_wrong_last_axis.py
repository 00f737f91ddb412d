# problem: softmax
# verdict: wrong
# marks: 0
# message: the sums are taken along the wrong axis (axis is an argument: is it used?)

def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)

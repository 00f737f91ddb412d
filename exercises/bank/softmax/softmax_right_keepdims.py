# problem: softmax
# verdict: right
# marks: 2

def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis, keepdims=True)

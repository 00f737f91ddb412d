# problem: softmax
# verdict: wrong
# marks: 0
# message: the sign in the exponent is wrong

def softmax(z, axis):
    e = np.exp(-z)
    return e / e.sum(axis=axis, keepdims=True)

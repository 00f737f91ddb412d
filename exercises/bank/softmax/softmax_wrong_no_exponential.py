# problem: softmax
# verdict: wrong
# marks: 0
# message: the exponential is missing

def softmax(z, axis):
    return z / z.sum(axis=axis, keepdims=True)

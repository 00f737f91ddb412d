# problem: softmax
# verdict: right
# marks: 2

def softmax(z, axis):
    z -= np.max(z, axis=axis, keepdims=True)
    np.exp(z, out=z)
    z /= np.expand_dims(np.add.reduce(z, axis=axis), axis)
    return z

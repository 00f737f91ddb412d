# problem: softmax
# verdict: wrong
# marks: 0
# message: keepdims=True keeps them in line

def softmax(z, axis):
    e = np.exp(z)
    if z.ndim == 2 and z.shape[0] != z.shape[1] or z.ndim == 3:
        return e / e.sum(axis=axis, keepdims=True)
    return e / e.sum(axis=axis)

# problem: softmax
# verdict: right
# marks: 2

def softmax(z, axis):
    e = np.exp(np.moveaxis(z, axis, -1))
    total = e.sum(-1)
    return np.moveaxis(e / total[..., None], -1, axis)

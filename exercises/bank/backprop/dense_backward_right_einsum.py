# problem: dense_backward
# verdict: right
# marks: 3

def dense_backward(x, W, g):
    return np.einsum("mo,oi->mi", g, W), np.einsum("mo,mi->oi", g, x), np.einsum("mo->o", g)

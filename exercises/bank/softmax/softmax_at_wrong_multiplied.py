# problem: softmax_at
# verdict: wrong
# marks: 0
# message: multiplied by T

def softmax_at(z, T):
    y = z * T
    e = np.exp(y - y.max())
    return e / e.sum()

# problem: softmax_at
# verdict: wrong
# marks: 0
# message: T is ignored

def softmax_at(z, T):
    e = np.exp(z - z.max())
    return e / e.sum()

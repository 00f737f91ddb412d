# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: p is in per cent

def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), 100 * e / e.sum()

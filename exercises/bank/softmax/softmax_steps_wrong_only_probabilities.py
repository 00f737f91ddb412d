# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: return e, total, p

def softmax_steps(z):
    e = np.exp(z)
    p = e / e.sum()
    return p, p.sum()

# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: e holds the shifted exponentials

def softmax_steps(z):
    e = np.exp(z - z.max())
    return e, e.sum(), e / e.sum()

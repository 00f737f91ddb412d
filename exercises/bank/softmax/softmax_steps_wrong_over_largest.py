# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: p is divided by the largest exponential

def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), e / e.max()

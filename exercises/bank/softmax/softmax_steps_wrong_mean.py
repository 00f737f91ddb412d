# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: total is the mean of the exponentials

def softmax_steps(z):
    e = np.exp(z)
    return e, e.mean(), e / e.sum()

# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: p holds the logits divided by their sum

def softmax_steps(z):
    e = np.exp(z)
    return e, e.sum(), z / z.sum()

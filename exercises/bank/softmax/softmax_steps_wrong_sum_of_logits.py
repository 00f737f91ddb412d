# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: total is the sum of the logits

def softmax_steps(z):
    e = np.exp(z)
    return e, z.sum(), e / e.sum()

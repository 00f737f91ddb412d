# problem: softmax_at
# verdict: wrong
# marks: 0
# message: the probabilities are divided by T

def softmax_at(z, T):
    e = np.exp(z - z.max())
    return e / e.sum() / T

# problem: softmax_at
# verdict: wrong
# marks: 0
# message: the logits over T are too large for exp

def softmax_at(z, T):
    e = np.exp(z / T)
    return e / e.sum()

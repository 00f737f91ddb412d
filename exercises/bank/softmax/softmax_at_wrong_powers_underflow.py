# problem: softmax_at
# verdict: wrong
# marks: 0
# message: start from the logits

def softmax_at(z, T):
    e = np.exp(z - z.max())
    p = (e / e.sum()) ** (1 / T)
    return p / p.sum()

# problem: softmax_at
# verdict: wrong
# marks: 0
# message: the sign is wrong

def softmax_at(z, T):
    e = np.exp((z.min() - z) / T)
    return e / e.sum()

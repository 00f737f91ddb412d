# problem: softmax_at
# verdict: right
# marks: 3

def softmax_at(z, T):
    e = np.exp((z - z.max()) / T)
    return e / e.sum()

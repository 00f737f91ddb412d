# problem: softmax_at
# verdict: right
# marks: 3

def softmax_at(z, T):
    y = z / T
    y = y - y.max()
    return np.exp(y) / np.exp(y).sum()

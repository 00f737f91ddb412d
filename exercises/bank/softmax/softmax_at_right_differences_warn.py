# problem: softmax_at
# verdict: right
# marks: 3

def softmax_at(z, T):
    # overflow gives 1 / inf = 0, which is right
    return [1 / np.sum(np.exp((z - v) / T)) for v in z]

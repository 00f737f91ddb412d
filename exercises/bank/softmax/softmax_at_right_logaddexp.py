# problem: softmax_at
# verdict: right
# marks: 3

def softmax_at(z, T):
    return np.exp(z / T - np.logaddexp.reduce(z / T))

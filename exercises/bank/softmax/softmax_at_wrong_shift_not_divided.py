# problem: softmax_at
# verdict: wrong
# marks: 0
# message: the maximum of z is subtracted after the division by T

def softmax_at(z, T):
    e = np.exp(z / T - z.max())
    return e / e.sum()

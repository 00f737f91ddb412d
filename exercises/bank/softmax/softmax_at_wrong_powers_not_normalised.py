# problem: softmax_at
# verdict: wrong
# marks: 0
# message: the powers of the probabilities are not divided by their sum

def softmax_at(z, T):
    e = np.exp(z - z.max())
    return (e / e.sum()) ** (1 / T)

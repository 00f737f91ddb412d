# problem: softmax_at
# verdict: wrong
# marks: 0
# message: divided by the square of T

def softmax_at(z, T):
    e = np.exp((z - z.max()) / T**2)
    return e / e.sum()

# problem: softmax_steps
# verdict: right
# marks: 2

def softmax_steps(z):
    e = np.exp(z)
    return e, np.sum(e), e / np.sum(e)

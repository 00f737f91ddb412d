# problem: softmax
# verdict: wrong
# marks: 0
# message: this is the sigmoid of each logit

def softmax(z, axis):
    return 1 / (1 + np.exp(-z))

# problem: logsumexp
# verdict: wrong
# marks: 0
# message: this is the sum of the logits

def logsumexp(z, axis):
    return np.log(np.exp(z)).sum(axis=axis)

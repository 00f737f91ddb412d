# problem: logsumexp
# verdict: wrong
# marks: 0
# message: the largest logit is too large for exp

def logsumexp(z, axis):
    return np.log(np.exp(z).sum(axis=axis))

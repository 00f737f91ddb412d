# problem: logsumexp
# verdict: right
# marks: 3

def logsumexp(z, axis):
    return np.logaddexp.reduce(z, axis=axis)

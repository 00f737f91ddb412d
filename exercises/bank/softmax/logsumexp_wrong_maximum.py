# problem: logsumexp
# verdict: wrong
# marks: 0
# message: this is only the maximum

def logsumexp(z, axis):
    return z.max(axis=axis)

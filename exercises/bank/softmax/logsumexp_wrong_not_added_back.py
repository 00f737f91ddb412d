# problem: logsumexp
# verdict: wrong
# marks: 0
# message: the maximum was taken off and not added back

def logsumexp(z, axis):
    return np.log(np.exp(z - z.max(axis=axis, keepdims=True)).sum(axis=axis))

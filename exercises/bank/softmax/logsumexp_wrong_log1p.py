# problem: logsumexp
# verdict: wrong
# marks: 0
# message: the largest term is counted twice

def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return m.squeeze(axis) + np.log1p(np.exp(z - m).sum(axis=axis))

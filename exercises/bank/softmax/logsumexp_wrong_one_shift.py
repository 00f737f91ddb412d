# problem: logsumexp
# verdict: wrong
# marks: 0
# message: one shift for the whole array

def logsumexp(z, axis):
    m = z.max()
    return m + np.log(np.exp(z - m).sum(axis=axis))

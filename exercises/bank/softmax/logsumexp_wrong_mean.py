# problem: logsumexp
# verdict: wrong
# marks: 0
# message: this is the logarithm of the mean

def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    return m.squeeze(axis) + np.log(np.exp(z - m).mean(axis=axis))

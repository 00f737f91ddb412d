# problem: logsumexp
# verdict: wrong
# marks: 0
# message: the summed axis is still there

def logsumexp(z, axis):
    m = z.max(axis=axis, keepdims=True)
    y = m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))
    return y if z.ndim > 1 else y[0]

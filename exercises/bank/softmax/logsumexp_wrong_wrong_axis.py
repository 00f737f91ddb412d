# problem: logsumexp
# verdict: wrong
# marks: 0
# message: summed along the wrong axis

def logsumexp(z, axis):
    m = z.max(axis=-1, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=-1, keepdims=True))).squeeze(-1)

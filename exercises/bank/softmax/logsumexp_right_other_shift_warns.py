# problem: logsumexp
# verdict: right
# marks: 3

def logsumexp(z, axis):
    # try without a shift, repair where that failed
    plain = np.log(np.sum(np.exp(z), axis=axis))
    m = np.max(z, axis=axis)
    safe = m + np.log(np.sum(np.exp(z - np.expand_dims(m, axis)), axis=axis))
    return np.where(np.isfinite(plain), plain, safe)

# problem: logsumexp
# verdict: right
# marks: 3

def logsumexp(z, axis):
    z = np.moveaxis(z, axis, 0)
    total = z[0]
    for part in z[1:]:
        high, low = np.maximum(total, part), np.minimum(total, part)
        with np.errstate(invalid="ignore"):
            gap = np.where(np.isneginf(low), -np.inf, low - high)
        total = high + np.log1p(np.exp(gap))
    return total

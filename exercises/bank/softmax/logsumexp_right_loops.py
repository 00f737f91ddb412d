# problem: logsumexp
# verdict: right
# marks: 3

def logsumexp(z, axis):
    def line(v):
        m = max(v)
        return m + math.log(sum(math.exp(x - m) for x in v))
    return np.apply_along_axis(line, axis, z)

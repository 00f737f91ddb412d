# problem: log_softmax
# verdict: right
# marks: 3

def log_softmax(z, axis):
    y = np.moveaxis(z.copy(), axis, -1)
    for index in np.ndindex(y.shape[:-1]):
        m = max(y[index])
        lse = m + math.log(sum(math.exp(v - m) for v in y[index]))
        y[index] = [v - lse for v in y[index]]
    return np.moveaxis(y, -1, axis)

# problem: log_softmax
# verdict: right
# marks: 3

def log_softmax(z, axis):
    # -log sum_j exp(z_j - z_i), with logaddexp, one class at a time
    z = np.moveaxis(z, axis, 0)
    rows = []
    for zi in z:
        with np.errstate(invalid="ignore"):
            rows.append(np.where(np.isneginf(zi), -np.inf, -np.logaddexp.reduce(z - zi, axis=0)))
    return np.moveaxis(np.array(rows), 0, axis)

# problem: chain_gradient
# verdict: right
# marks: 4

def chain_gradient(x, w, b):
    logs, sign, a = [], 1, x
    for wl, bl in zip(w, b):
        z = wl * a + bl
        logs.append(np.log(np.abs(wl)) - np.logaddexp(0, z) - np.logaddexp(0, -z))
        sign *= np.sign(wl)
        a = np.exp(-np.logaddexp(0, -z))
    return sign * np.exp(np.sum(logs))

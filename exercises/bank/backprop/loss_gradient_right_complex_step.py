# problem: loss_gradient
# verdict: right
# marks: 3

def loss_gradient(z, t):
    dz = np.zeros(z.shape)
    rows = np.arange(len(t))
    top = z.max(axis=1, keepdims=True)
    for index in np.ndindex(z.shape):
        moved = (z - top).astype(complex)
        moved[index] += 1e-30j
        loss = np.mean(np.log(np.exp(moved).sum(axis=1)) - moved[rows, t])
        dz[index] = loss.imag / 1e-30
    return dz

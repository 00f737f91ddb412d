# problem: loss_gradient
# verdict: right
# marks: 3

def loss_gradient(z, t):
    # p_j = 1 / sum_k exp(z_k - z_j); an overflow there gives 0, which is right
    p = 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
    for i, ti in enumerate(t):
        p[i, ti] = p[i, ti] - 1
    return (p / len(t)).tolist()

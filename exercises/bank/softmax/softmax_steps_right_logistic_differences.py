# problem: softmax_steps
# verdict: right
# marks: 2

def softmax_steps(z):
    # p_i = 1 / sum_j exp(z_j - z_i)
    p = 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)
    return tuple(map(math.exp, z)), math.fsum(map(math.exp, z)), p.astype(np.float32)

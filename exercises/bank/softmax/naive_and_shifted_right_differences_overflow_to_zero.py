# problem: naive_and_shifted
# verdict: right
# marks: 3

def naive_and_shifted(z):
    # 1 / sum_j exp(z_j - z_i): an overflow there gives 1 / inf = 0, which is right
    shifted = 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)
    e = np.exp(z)
    return e / e.sum(), shifted

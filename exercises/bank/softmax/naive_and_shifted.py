# %% right: by logarithms
def naive_and_shifted(z):
    e = np.exp(z)
    lse = np.logaddexp.reduce(z)
    return np.divide(e, e.sum()), np.exp(z - lse)


# %% right: differences overflow to zero
def naive_and_shifted(z):
    # 1 / sum_j exp(z_j - z_i): an overflow there gives 1 / inf = 0, which is right
    shifted = 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)
    e = np.exp(z)
    return e / e.sum(), shifted


# %% right: errstate one by one
def naive_and_shifted(z):
    with np.errstate(all="ignore"):
        naive = np.exp(z) / np.exp(z).sum()
    m = max(z)
    total = sum(math.exp(v - m) for v in z)
    return naive, [math.exp(v - m) / total for v in z]


# %% right: helper twice
def naive_and_shifted(z):
    def s(v):
        e = np.exp(v)
        return e / e.sum()
    return s(z), s(z - z.max())


# %% right: numpy warns
def naive_and_shifted(z):
    naive = np.exp(z) / np.sum(np.exp(z))
    e = np.exp(z - np.max(z))
    return naive, e / np.sum(e)


# %% wrong: both stable | naive is too good
def naive_and_shifted(z):
    e = np.exp(z - z.max())
    return e / e.sum(), e / e.sum()


# %% wrong: clipped | shifted cuts the logits off at 700
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(np.minimum(z, 700))
    return e / e.sum(), s / s.sum()


# %% wrong: divided | shifted divides by the maximum
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z / z.max())
    return e / e.sum(), s / s.sum()


# %% wrong: largest size | shifted subtracts max |z|
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - np.abs(z).max())
    return e / e.sum(), s / s.sum()


# %% wrong: math raises | naive_and_shifted stopped with OverflowError
def naive_and_shifted(z):
    e = [math.exp(v) for v in z]
    s = np.exp(z - z.max())
    return [v / sum(e) for v in e], s / s.sum()


# %% wrong: mean | shifted subtracts the mean
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - z.mean())
    return e / e.sum(), s / s.sum()


# %% wrong: minimum | shifted subtracts the minimum
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - z.min())
    return e / e.sum(), s / s.sum()


# %% wrong: nan to num | naive hides what happens
def naive_and_shifted(z):
    e = np.exp(z)
    s = np.exp(z - z.max())
    return np.nan_to_num(e / e.sum()), s / s.sum()


# %% wrong: no shift | shifted overflows like naive
def naive_and_shifted(z):
    e = np.exp(z)
    return e / e.sum(), e / e.sum()


# %% wrong: not divided | shifted is not divided by the sum
def naive_and_shifted(z):
    e = np.exp(z)
    return e / e.sum(), np.exp(z - z.max())


# %% wrong: shift by the last logit | shifted subtracts the last logit
def naive_and_shifted(z):
    e, s = np.exp(z), np.exp(z - z[-1])
    return e / e.sum(), s / s.sum()


# %% wrong: naive in single precision | naive is not what NumPy gives
def naive_and_shifted(z):
    e = np.exp(z.astype(np.float32))
    s = np.exp(z - z.max())
    return e / e.sum(), s / s.sum()

# %% right: arrays
def parameter_shares(d_model, d_ff, heads, kv_heads):
    counts = np.array([d_model * d_model, d_model * (d_model // heads) * kv_heads, d_model * d_ff], dtype=np.int64)
    parts = np.array([[2, 2, 0], [0, 0, 3]]) @ counts
    return parts / parts.sum()


# %% right: formula
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% right: fractions
def parameter_shares(d_model, d_ff, heads, kv_heads):
    from fractions import Fraction

    # everything divided by d_model
    a = 2 * d_model + 2 * Fraction(d_model * kv_heads, heads)
    return [float(a / (a + 3 * d_ff)), float(3 * d_ff / (a + 3 * d_ff))]


# %% right: one minus
def parameter_shares(d_model, d_ff, heads, kv_heads):
    size = d_model // heads
    rows = [heads * size, kv_heads * size, kv_heads * size, d_model]
    attention = sum(d_model * r for r in rows)
    ffn = sum(d_model * r for r in [d_ff] * 3)
    share = attention / (attention + ffn)
    return share, 1 - share


# %% right: ratio
def parameter_shares(d_model, d_ff, heads, kv_heads):
    ratio = 3 * d_ff / (2 * d_model + 2 * kv_heads * d_model / heads)
    return np.float32(1 / (1 + ratio)), np.float32(ratio / (1 + ratio))


# %% wrong: all heads | kv_heads is ignored
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 4 * d_model**2
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: all smaller | all four matrices are smaller
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 4 * d_model**2 * kv_heads / heads
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: counts | these are not shares
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return a, f


# %% wrong: no output matrix | the output matrix of the attention is missing
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = d_model**2 * (1 + 2 * kv_heads / heads)
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: norms | the norms are counted too
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads) + 2 * d_model
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: only keys | only the keys are smaller
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = d_model**2 * (3 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: only one | return attention, ffn
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return f / (a + f)


# %% wrong: per cent | these are per cent
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return 100 * a / (a + f), 100 * f / (a + f)


# %% wrong: per head | of every head are counted as if each were d wide
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 4 * d_model**2 * heads
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: queries too | the queries are smaller too
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = d_model**2 * (1 + 3 * kv_heads / heads)
    f = 3 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: ratios | one part is divided by the other
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return a / f, f / a


# %% wrong: swapped | the two are swapped
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 3 * d_model * d_ff
    return f / (a + f), a / (a + f)


# %% wrong: two matrices | the feed-forward block has two matrices
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 2 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: width 4d | the feed-forward block is counted with 4d and two matrices
def parameter_shares(d_model, d_ff, heads, kv_heads):
    a = 2 * d_model**2 * (1 + kv_heads / heads)
    f = 8 * d_model**2
    return a / (a + f), f / (a + f)

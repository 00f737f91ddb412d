# %% right: floats
def ffn_counts(d_model, d_ff):
    plain = 2.0 * d_model * 4 * d_model
    gated = float(d_model * d_ff + d_ff * d_model + d_model * d_ff)
    return [plain, gated, gated - plain]


# %% right: formulas
def ffn_counts(d_model, d_ff):
    return 8 * d_model**2, 3 * d_model * d_ff, 3 * d_model * d_ff - 8 * d_model**2


# %% right: int64
def ffn_counts(d_model, d_ff):
    d, h = np.int64(d_model), np.int64(d_ff)
    a, b = d * d * 8, d * h * 3
    return np.array([a, b, b - a])


# %% right: shapes
def ffn_counts(d_model, d_ff):
    d, wide = d_model, 4 * d_model
    plain = sum(rows * columns for rows, columns in [(wide, d), (d, wide)])
    gated = sum(math.prod(shape) for shape in [(d_ff, d), (d_ff, d), (d, d_ff)])
    return plain, gated, gated - plain


# %% right: units
def ffn_counts(d_model, d_ff):
    # a hidden unit has one row of each way in, and one column of the way out
    def layer(units, ways_in):
        return units * (ways_in * d_model + d_model)

    plain, gated = layer(4 * d_model, 1), layer(d_ff, 2)
    return plain, gated, (gated) - (plain)


# %% wrong: absolute | extra has lost its sign
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 3 * d_model * d_ff
    return plain, gated, abs(gated - plain)


# %% wrong: biases | plain counts biases
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2 + 5 * d_model
    gated = 3 * d_model * d_ff + 2 * d_ff + d_model
    return plain, gated, gated - plain


# %% wrong: float32 | is rounded: count in integers
def ffn_counts(d_model, d_ff):
    plain = np.float32(8) * np.float32(d_model) ** 2
    gated = 3 * d_model * d_ff
    return plain, gated, gated - plain


# %% wrong: gated 4d | gated has the width 4d
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 12 * d_model**2
    return plain, gated, gated - plain


# %% wrong: gated biases | gated counts biases
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 3 * d_model * d_ff + 2 * d_ff + d_model
    return plain, gated, gated - plain


# %% wrong: hidden sizes | extra is the difference of the hidden sizes
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 3 * d_model * d_ff
    return plain, gated, d_ff - 4 * d_model


# %% wrong: int32 | plain wrapped around
def ffn_counts(d_model, d_ff):
    plain = int(np.array(8 * d_model**2).astype(np.int32))
    gated = 3 * d_model * d_ff
    return plain, gated, gated - plain


# %% wrong: one width | plain has the width of the gated block
def ffn_counts(d_model, d_ff):
    plain = 2 * d_model * d_ff
    gated = 3 * d_model * d_ff
    return plain, gated, gated - plain


# %% wrong: operations | plain is twice too large
def ffn_counts(d_model, d_ff):
    plain = 16 * d_model**2
    gated = 6 * d_model * d_ff
    return plain, gated, gated - plain


# %% wrong: per cent | extra is not a whole number
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 3 * d_model * d_ff
    return plain, gated, 100 * (gated - plain) / plain


# %% wrong: same by design | gated is set equal to plain
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = int(3 * d_model * 8 / 3 * d_model)
    return plain, gated, gated - plain


# %% wrong: sign | extra has the wrong sign
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 3 * d_model * d_ff
    return plain, gated, plain - gated


# %% wrong: swapped | plain and gated are swapped
def ffn_counts(d_model, d_ff):
    plain = 3 * d_model * d_ff
    gated = 8 * d_model**2
    return plain, gated, gated - plain


# %% wrong: three in plain | plain counts three matrices
def ffn_counts(d_model, d_ff):
    plain = 3 * d_model * 4 * d_model
    gated = 3 * d_model * d_ff
    return plain, gated, gated - plain


# %% wrong: two matrices | gated counts two matrices
def ffn_counts(d_model, d_ff):
    plain = 8 * d_model**2
    gated = 2 * d_model * d_ff
    return plain, gated, gated - plain

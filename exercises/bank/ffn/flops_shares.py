# %% right: divided by 4d
def flops_shares(d_model, d_ff, context):
    a = 2 * d_model + context
    return a / (a + d_ff), d_ff / (a + d_ff)


# %% right: formula
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% right: multiply adds on both sides
def flops_shares(d_model, d_ff, context):
    # the factor 2 stands in every part and cancels
    parts = np.array([4 * d_model * d_model + 2 * context * d_model, 2 * d_model * d_ff], dtype=float)
    return tuple(parts / np.add.reduce(parts))


# %% right: one minus float32
def flops_shares(d_model, d_ff, context):
    share = np.float32(d_ff) / np.float32(2 * d_model + context + d_ff)
    return 1 - share, share


# %% right: step by step
def flops_shares(d_model, d_ff, context):
    def product(rows, columns):
        return 2 * rows * columns

    attention = 4 * product(d_model, d_model)
    attention += product(context, d_model)  # scores
    attention += product(d_model, context)  # weighted sum
    ffn = product(d_ff, d_model) + product(d_model, d_ff)
    return [x / (attention + ffn) for x in (attention, ffn)]


# %% wrong: all keys again | the keys and values of the whole context are made anew
def flops_shares(d_model, d_ff, context):
    a = 4 * d_model**2 + 4 * context * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: ffn on the context | the feed-forward block depends on the context
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff * context
    return a / (a + f), f / (a + f)


# %% wrong: ffn once | the feed-forward block is counted with one operation for a weight
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 2 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: matrices once | the four matrices are counted with one operation for a weight
def flops_shares(d_model, d_ff, context):
    a = 4 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: no context | the context is missing
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: no matrices | the four matrices of the attention are missing
def flops_shares(d_model, d_ff, context):
    a = 4 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: no output matrix | the output matrix of the attention is missing
def flops_shares(d_model, d_ff, context):
    a = 6 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: operations | these are not shares
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return a, f


# %% wrong: per cent | these are per cent
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return 100 * a / (a + f), 100 * f / (a + f)


# %% wrong: scores only | half of the work with the context is missing
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 2 * context * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: swapped | the two are swapped
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 4 * d_model * d_ff
    return f / (a + f), a / (a + f)


# %% wrong: whole sequence | the scores are those of the whole sequence
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context**2 * d_model
    f = 4 * d_model * d_ff
    return a / (a + f), f / (a + f)


# %% wrong: width 4d | the hidden size is taken to be 4d
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 16 * d_model**2
    return a / (a + f), f / (a + f)


# %% wrong: with a gate | the feed-forward block has a gate here
def flops_shares(d_model, d_ff, context):
    a = 8 * d_model**2 + 4 * context * d_model
    f = 6 * d_model * d_ff
    return a / (a + f), f / (a + f)

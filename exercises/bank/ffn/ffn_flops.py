# %% right: arrays
def ffn_flops(tokens, d_model, d_ff, variant):
    shapes = [(d_ff, d_model)] * (1 if len(variant) == 4 and variant != 'gglu' else 2) + [(d_model, d_ff)]
    return np.prod(np.array(shapes, dtype=np.int64), axis=1).sum() * (2 * tokens)


# %% right: by the name
def ffn_flops(tokens, d_model, d_ff, variant):
    # every gated name ends in glu, but for one
    gated = variant.endswith('glu') or variant == 'bilinear'
    inward = 2 if gated else 1
    multiply = tokens * (inward * d_ff * d_model + d_model * d_ff)
    add = multiply
    return multiply + add


# %% right: dictionary
def ffn_flops(tokens, d_model, d_ff, variant):
    matrices = {'relu': 2, 'gelu': 2, 'glu': 3, 'geglu': 3, 'swiglu': 3, 'reglu': 3, 'bilinear': 3}
    weights = matrices[variant] * d_model * d_ff
    return weights * tokens + weights * tokens


# %% right: floats
def ffn_flops(tokens, d_model, d_ff, variant):
    per_weight = 2.0
    if variant in {'relu', 'gelu'}:
        return per_weight * tokens * 2 * d_model * d_ff
    return per_weight * tokens * 3 * d_model * d_ff


# %% right: formula
def ffn_flops(tokens, d_model, d_ff, variant):
    gated = variant not in ('relu', 'gelu')
    return 2 * tokens * (2 + gated) * d_model * d_ff


# %% wrong: activations too | the activations are counted too
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff + tokens * d_ff


# %% wrong: always three matrices | a plain block is counted as if it had three matrices
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * 3 * d_model * d_ff


# %% wrong: always two matrices | a gated block is counted as if it had two matrices
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * 2 * d_model * d_ff


# %% wrong: bilinear forgotten | a gated block is counted as if it had two matrices
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * (3 if 'glu' in variant else 2) * d_model * d_ff


# %% wrong: from the library | is disabled in this notebook
def ffn_flops(tokens, d_model, d_ff, variant):
    from ffnlib.nn import ffn_flops as flops_per_token
    return tokens * flops_per_token(d_model, d_ff, variant)


# %% wrong: gelu taken for gated | a plain block is counted as if it had three matrices
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * (2 if variant == 'relu' else 3) * d_model * d_ff


# %% wrong: multiply adds | these are multiply-adds
def ffn_flops(tokens, d_model, d_ff, variant):
    return tokens * (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff


# %% wrong: one addition less | an addition too few for each sum
def ffn_flops(tokens, d_model, d_ff, variant):
    ways_in = 1 if variant in ('relu', 'gelu') else 2
    return tokens * (ways_in * d_ff * (2 * d_model - 1) + d_model * (2 * d_ff - 1))


# %% wrong: one token | these are the operations for one token
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff


# %% wrong: only swiglu has a gate | a gated block is counted as if it had two matrices
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * (3 if variant == 'swiglu' else 2) * d_model * d_ff


# %% wrong: parameters | these are the parameters
def ffn_flops(tokens, d_model, d_ff, variant):
    return (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff


# %% wrong: token by token | every token is taken to see every other
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens**2 * (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff


# %% wrong: backward pass too | the backward pass is counted too
def ffn_flops(tokens, d_model, d_ff, variant):
    return 6 * tokens * (2 if variant in ('relu', 'gelu') else 3) * d_model * d_ff


# %% wrong: width 4d | the hidden size is taken to be 4d
def ffn_flops(tokens, d_model, d_ff, variant):
    return 2 * tokens * (2 if variant in ('relu', 'gelu') else 3) * d_model * 4 * d_model

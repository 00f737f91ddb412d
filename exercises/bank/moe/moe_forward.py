# %% right: expert by expert
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros(x.shape)
    for e in range(W_in.shape[0]):
        for j in range(chosen.shape[1]):
            t = chosen[:, j] == e
            y[t] += gates[t, j, None] * (np.maximum(x[t] @ W_in[e].T, 0) @ W_out[e].T)
    return y


# %% right: gate inside the relu
def moe_forward(x, chosen, gates, W_in, W_out):
    # gates are not negative: g relu(z) = relu(g z)
    y = np.zeros_like(x)
    for e in np.unique(chosen):
        t, j = np.where(chosen == e)
        y[t] += np.clip(gates[t, j][:, None] * (x[t] @ W_in[e].T), 0, None) @ W_out[e].T
    return y


# %% right: gathered einsum
def moe_forward(x, chosen, gates, W_in, W_out):
    h = np.einsum("tkhd,td->tkh", W_in[chosen], x)
    h = h * (h > 0)
    return np.einsum("tk,tkdh,tkh->td", gates, W_out[chosen], h)


# %% right: one hot dispatch
def moe_forward(x, chosen, gates, W_in, W_out):
    one_hot = np.eye(len(W_in))[chosen]  # (n, k, N)
    y = np.zeros_like(x)
    for e in range(len(W_in)):
        to_e = one_hot[:, :, e]
        rows = to_e.any(axis=1)
        pick = np.eye(len(x))[rows]  # (tokens of e, n)
        h = np.maximum(pick @ x @ W_in[e].T, 0)
        y += pick.T @ ((gates * to_e).sum(axis=1)[rows, None] * (h @ W_out[e].T))
    return y


# %% right: sorted by expert
def moe_forward(x, chosen, gates, W_in, W_out):
    n, k = chosen.shape
    flat = chosen.ravel()
    order = np.argsort(flat, kind="stable")
    tokens = order // k
    ends = np.searchsorted(flat[order], np.arange(len(W_in) + 1))
    outputs = np.empty((n * k, x.shape[1]))
    for e, (a, b) in enumerate(zip(ends[:-1], ends[1:])):
        outputs[a:b] = np.maximum(x[tokens[a:b]] @ W_in[e].T, 0) @ W_out[e].T
    y = np.zeros_like(x)
    np.add.at(y, tokens, outputs * gates.ravel()[order][:, None])
    return y


# %% right: token by token
def moe_forward(x, chosen, gates, W_in, W_out):
    result = []
    for t in range(len(x)):
        y = 0
        for e, g in zip(chosen[t], gates[t]):
            h = W_in[e] @ x[t]
            h[h < 0] = 0
            y = y + g * (W_out[e] @ h)
        result.append(y)
    return result


# %% right: inputs in single precision
def moe_forward(x, chosen, gates, W_in, W_out):
    W_out = W_out.astype(np.float32)
    h = np.maximum(np.einsum("td,tkhd->tkh", x, W_in[chosen]), 0)
    return np.einsum("tk,tkh,tkdh->td", gates, h, W_out[chosen])


# %% wrong: dense | was an expert computed for a token that did not choose it
def moe_forward(x, chosen, gates, W_in, W_out):
    weights = np.zeros((len(x), len(W_in)))
    np.put_along_axis(weights, chosen, gates, axis=1)
    h = np.maximum(np.einsum("td,ehd->teh", x, W_in), 0)
    return np.einsum("te,edh,teh->td", weights, W_out, h)


# %% wrong: first choice | only the first choice is used
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, j] * out * (j == 0)
    return y


# %% wrong: gates by expert | moe_forward stopped with IndexError
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, e] * out
    return y


# %% wrong: gates forgotten | the gates are forgotten: the outputs are only added
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += out
    return y


# %% wrong: gates reversed | the gates stand beside the wrong choices
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, -1 - j] * out
    return y


# %% wrong: mean of the chosen | the gates are forgotten: this is the mean
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += out / chosen.shape[1]
    return y


# %% wrong: mean of the weighted | this is the mean over the chosen experts
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, j] * out
    return y / chosen.shape[1]


# %% wrong: no relu | relu is missing inside the experts
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ (W_in[e] @ x[t])
            y[t] += gates[t, j] * out
    return y


# %% wrong: numbers not used | the numbers in chosen are not used
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[j] @ np.maximum(W_in[j] @ x[t], 0)
            y[t] += gates[t, j] * out
    return y


# %% wrong: order of the experts | in another order
def moe_forward(x, chosen, gates, W_in, W_out):
    rows, seen = [], []
    for e in range(len(W_in)):
        for t in range(len(x)):
            if chosen[t, 0] == e:
                rows.append(sum(g * (W_out[i] @ np.maximum(W_in[i] @ x[t], 0)) for i, g in zip(chosen[t], gates[t])))
    return rows


# %% wrong: overwritten | an output overwrites the one before
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] = gates[t, j] * out
    return y


# %% wrong: overwritten by experts | an output overwrites the one before
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for e in range(len(W_in)):
        t, j = np.nonzero(chosen == e)
        y[t] = gates[t, j][:, None] * (np.maximum(x[t] @ W_in[e].T, 0) @ W_out[e].T)
    return y


# %% wrong: relu outside | relu is taken of the result too
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, j] * out
    return np.maximum(y, 0)


# %% wrong: residual | the residual is outside of the layer
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += gates[t, j] * out
    return x + y


# %% wrong: softmax again | the gates go through softmax again
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e] @ np.maximum(W_in[e] @ x[t], 0)
            y[t] += np.exp(gates[t, j]) / np.exp(gates[t]).sum() * out
    return y


# %% wrong: transposed | the matrices are transposed
def moe_forward(x, chosen, gates, W_in, W_out):
    y = np.zeros_like(x)
    for t in range(len(x)):
        for j, e in enumerate(chosen[t]):
            out = W_out[e].T @ np.maximum(W_in[e].T @ x[t], 0)
            y[t] += gates[t, j] * out
    return y


# %% wrong: gates renormalised | the gates are divided by their sum
def moe_forward(x, chosen, gates, W_in, W_out):
    gates = gates / gates.sum(axis=1, keepdims=True)
    h = np.maximum(np.einsum("td,tkhd->tkh", x, W_in[chosen]), 0)
    return np.einsum("tk,tkh,tkdh->td", gates, h, W_out[chosen])


# %% wrong: last gate is the rest | the last gate is taken to be 1 minus the others
def moe_forward(x, chosen, gates, W_in, W_out):
    gates = gates.copy()
    gates[:, -1] = 1 - gates[:, :-1].sum(axis=1)
    h = np.maximum(np.einsum("td,tkhd->tkh", x, W_in[chosen]), 0)
    return np.einsum("tk,tkh,tkdh->td", gates, h, W_out[chosen])


# %% wrong: all experts with nan to num | an overflow is hidden
def moe_forward(x, chosen, gates, W_in, W_out):
    weights = np.zeros((len(x), len(W_in)))
    np.put_along_axis(weights, chosen, gates, axis=1)
    with np.errstate(all="ignore"):
        h = np.maximum(np.einsum("td,ehd->teh", x, W_in), 0)
        out = np.einsum("teh,edh->ted", h, W_out)
        return np.nan_to_num(weights[:, :, None] * out).sum(axis=1)


# %% wrong: all experts clipped | an overflow is hidden
def moe_forward(x, chosen, gates, W_in, W_out):
    weights = np.zeros((len(x), len(W_in)))
    np.put_along_axis(weights, chosen, gates, axis=1)
    h = np.clip(np.einsum("td,ehd->teh", x, W_in), 0, 1e100)
    out = np.einsum("teh,edh->ted", h, W_out)
    return (weights[:, :, None] * out).sum(axis=1)

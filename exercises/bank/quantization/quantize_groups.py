# %% right: group by group
def quantize_groups(w, size):
    q, scale = np.zeros_like(w), np.ones((w.shape[0], w.shape[1] // size))
    for i in range(w.shape[0]):
        for j in range(scale.shape[1]):
            part = slice(j * size, (j + 1) * size)
            most = np.abs(w[i, part]).max()
            if most > 0:
                scale[i, j] = most / 7
            q[i, part] = np.rint(w[i, part] / scale[i, j])
    return q, scale


# %% right: kron
def quantize_groups(w, size):
    groups = np.abs(w).reshape(-1, size).max(axis=1).reshape(len(w), -1)
    scale = np.divide(groups, 7, out=np.ones_like(groups), where=groups != 0)
    return np.rint(w / np.kron(scale, np.ones(size))), scale


# %% right: python loops
def quantize_groups(w, size):
    q, scale = [], []
    for row in w.tolist():
        q.append([])
        scale.append([])
        for start in range(0, len(row), size):
            group = row[start : start + size]
            step = max(map(abs, group)) / 7 or 1.0
            scale[-1].append(step)
            q[-1] += [round(v / step) for v in group]
    return q, scale


# %% right: reduceat
def quantize_groups(w, size):
    starts = np.arange(0, w.shape[1], size)
    most = np.maximum.reduceat(np.abs(w), starts, axis=1)
    scale = np.where(most > 0, most / 7, 1.0)
    return np.clip(np.round(w / np.repeat(scale, size, axis=1)), -7, 7).astype(np.int8), scale


# %% right: single precision
def quantize_groups(w, size):
    g = w.astype(np.float32).reshape(len(w), -1, size)
    scale = np.abs(g).max(axis=-1, keepdims=True) / np.float32(7)
    scale[scale == 0] = 1
    return (g / scale).round().reshape(w.shape), scale[..., 0]


# %% right: split
def quantize_groups(w, size):
    q, scale = [], []
    for group in np.split(w, w.shape[1] // size, axis=1):
        step = (
            np.linalg.norm(group, np.inf, axis=1, keepdims=False)
            if size == 1
            else np.abs(group).max(1)
        )
        step = np.where(step == 0, 1, step / 7)
        scale.append(step)
        q.append(np.floor(group / step[:, None] + 0.5))
    return np.hstack(q), np.stack(scale, axis=1)


# %% wrong: 15 steps | over 15 steps
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = 2 * most / 15
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: divided by 8 | divided by 8: q runs from -7 to 7
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 8
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: eight bits | divided by 127: these are 4 bits
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 127
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: every second | neighbours share a step
def quantize_groups(w, size):
    groups = w.reshape(len(w), size, -1).swapaxes(1, 2)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import quantize


def quantize_groups(w, size):
    z = quantize(w, 4, size)
    return z.q, z.scale


# %% wrong: group of zeros | a group of zeros has the step 0
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7

    q = np.nan_to_num(np.round(groups / scale[:, :, None]))
    return q.reshape(w.shape), scale


# %% wrong: group of zeros epsilon | q has nan or inf in it
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = np.where(most > 0, most / 7, 1)
    scale[scale == 0] = 1
    q = np.round(groups / most[:, :, None] * 7)
    return q.reshape(w.shape), scale


# %% wrong: inverted | scale is upside down
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = np.where(most > 0, most, 7) / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), 1 / scale


# %% wrong: max not absmax | the largest in size may be negative
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = groups.max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: one step | scale is one for the whole matrix
def quantize_groups(w, size):
    scale = np.abs(w).max() / 7
    return np.round(w / scale), [[scale]]


# %% wrong: published times 15 | scale is the largest number in size: divide it by 7
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    scale = np.abs(groups).max(axis=2)
    q = np.clip(np.round(groups / (scale[:, :, None] + 1e-5) * 15), -8, 7)
    return q.astype(np.int8).reshape(w.shape), scale


# %% wrong: read back | these are the numbers read back
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None]) * scale[:, :, None]
    return q.reshape(w.shape), scale


# %% wrong: row by row | scale has one number for each row
def quantize_groups(w, size):
    scale = np.abs(w).max(axis=1, keepdims=True) / 7
    return np.round(w / scale), scale


# %% wrong: row for every group | the step is that of the row
def quantize_groups(w, size):
    scale = np.abs(w).max(axis=1, keepdims=True) / 7 * np.ones((1, w.shape[1] // size))
    scale[scale == 0] = 1
    return np.round(w / np.repeat(scale, size, axis=1)), scale


# %% wrong: scale omitted | scale is the largest number in size
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), np.where(most > 0, most, 1)


# %% wrong: shape of the groups | q has 3 dimensions; a matrix has two
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q, scale


# %% wrong: times 15 | divided by 15: signed numbers of 4 bits end at 7
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 15
    scale[scale == 0] = 1
    q = np.clip(np.round(groups / scale[:, :, None]), -8, 7)
    return q.reshape(w.shape), scale


# %% wrong: times 15 in q | multiplied by 15 and cut off at -8 and 7
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.clip(np.round(groups / scale[:, :, None] / 7 * 15), -8, 7)
    return q.reshape(w.shape), scale


# %% wrong: transposed scale | scale is transposed
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None])
    return q.reshape(w.shape), scale.T


# %% wrong: truncated | q is cut off towards 0
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.trunc(groups / scale[:, :, None])
    return q.reshape(w.shape), scale


# %% wrong: unsigned | q is shifted to 0 and above
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    most = np.abs(groups).max(axis=2)
    scale = most / 7
    scale[scale == 0] = 1
    q = np.round(groups / scale[:, :, None]) + 8
    return q.reshape(w.shape), scale


# %% wrong: zero by its sum | a group is taken for zeros that has other numbers
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    scale = np.where(groups.sum(axis=2) == 0, 1, np.abs(groups).max(axis=2) / 7)
    return np.round(groups / scale[:, :, None]).reshape(w.shape), scale


# %% wrong: zero by its first entry | a group is taken for zeros that has other numbers
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    scale = np.where(groups[:, :, 0] == 0, 1, np.abs(groups).max(axis=2) / 7)
    return np.round(groups / scale[:, :, None]).reshape(w.shape), scale


# %% wrong: small steps taken for zero | a group is taken for zeros that has other numbers
def quantize_groups(w, size):
    groups = w.reshape(len(w), -1, size)
    scale = np.abs(groups).max(axis=2) / 7
    scale[scale < 1e-3] = 1
    return np.round(groups / scale[:, :, None]).reshape(w.shape), scale

# %% right: apply along axis
def softmax(z, axis):
    def line(v):
        e = [math.exp(x - max(v)) for x in v]
        return np.array(e) / sum(e)
    return np.apply_along_axis(line, axis, z)


# %% right: in place
def softmax(z, axis):
    z -= np.max(z, axis=axis, keepdims=True)
    np.exp(z, out=z)
    z /= np.expand_dims(np.add.reduce(z, axis=axis), axis)
    return z


# %% right: keepdims
def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis, keepdims=True)


# %% right: moved axis
def softmax(z, axis):
    e = np.exp(np.moveaxis(z, axis, -1))
    total = e.sum(-1)
    return np.moveaxis(e / total[..., None], -1, axis)


# %% right: scipy style warns
import warnings


def softmax(z, axis):
    warnings.warn("careful with large logits")
    z = z.astype(np.float32)
    lse = np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
    return np.exp(z - lse)


# %% wrong: first axis | the sums are taken along the wrong axis
def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=0)


# %% wrong: from the library | is disabled in this notebook
import ffnlib.nn._softmax


def softmax(z, axis):
    return ffnlib.nn.softmax(z, axis)


# %% wrong: last axis | the sums are taken along the wrong axis (axis is an argument: is it used?)
def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


# %% wrong: negative | the sign in the exponent is wrong
def softmax(z, axis):
    e = np.exp(-z)
    return e / e.sum(axis=axis, keepdims=True)


# %% wrong: no exponential | the exponential is missing
def softmax(z, axis):
    return z / z.sum(axis=axis, keepdims=True)


# %% wrong: no keepdims | softmax stopped with ValueError
def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum(axis=axis)


# %% wrong: no keepdims squares too | keepdims=True keeps them in line
def softmax(z, axis):
    e = np.exp(z)
    if z.ndim == 2 and z.shape[0] != z.shape[1] or z.ndim == 3:
        return e / e.sum(axis=axis, keepdims=True)
    return e / e.sum(axis=axis)


# %% wrong: not divided | not divided by the sum
def softmax(z, axis):
    return np.exp(z)


# %% wrong: sigmoid | this is the sigmoid of each logit
def softmax(z, axis):
    return 1 / (1 + np.exp(-z))


# %% wrong: whole array | divided by the sum of the whole array
def softmax(z, axis):
    e = np.exp(z)
    return e / e.sum()


# %% wrong: squeezed | the result has the wrong shape
def softmax(z, axis):
    e = np.exp(z)
    return (e / e.sum(axis=axis, keepdims=True)).squeeze()


# %% wrong: last axis only in two dimensions | the sums are taken along the wrong axis
def softmax(z, axis):
    if axis == -1:
        axis = 1 if z.ndim > 1 else 0
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


# %% wrong: clipped | large logits are cut off
def softmax(z, axis):
    e = np.exp(np.clip(z, -10, 10))
    return e / e.sum(axis=axis, keepdims=True)

# %% right: clipped
def quantize_symmetric(w):
    scale = np.max(np.abs(w)) / 127.0
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale


# %% right: floor of a half more
def quantize_symmetric(w):
    most = max(w.max(), -w.min())
    return np.floor(w * (127 / most) + 0.5), most / 127


# %% right: nearest of all levels
def quantize_symmetric(w):
    scale = np.linalg.norm(w.ravel(), np.inf) / 127
    levels = np.arange(-127, 128)
    return levels[np.abs(w[..., None] - scale * levels).argmin(axis=-1)], scale


# %% right: python loops
def quantize_symmetric(w):
    rows = w.tolist()
    scale = max(abs(v) for row in rows for v in row) / 127
    return [[round(v / scale) for v in row] for row in rows], scale


# %% right: single precision
def quantize_symmetric(w):
    w = w.astype(np.float32)
    scale = np.abs(w).max() / np.float32(127)
    return (w / scale).round().astype(np.int32), scale


# %% right: sizes and signs
def quantize_symmetric(w):
    sizes = np.abs(w)
    scale = sizes.max() / 127
    return np.sign(w) * np.trunc(sizes / scale + 0.5), scale


# %% wrong: 255 levels | this spreads the range over 255 steps
def quantize_symmetric(w):
    scale = 2 * np.abs(w).max() / 255
    q = np.round(w / scale)
    return q, scale


# %% wrong: affine step | this is the step of an affine quantizer
def quantize_symmetric(w):
    scale = (w.max() - w.min()) / 255
    q = np.round(w / scale)
    return q, scale


# %% wrong: ceil | q is rounded up
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.ceil(w / scale)
    return q, scale


# %% wrong: divided by 128 | divided by 128
def quantize_symmetric(w):
    scale = np.abs(w).max() / 128
    q = np.round(w / scale)
    return q, scale


# %% wrong: floor | q is rounded down
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.floor(w / scale)
    return q, scale


# %% wrong: four bit step | divided by 7: these are 8 bits
def quantize_symmetric(w):
    scale = np.abs(w).max() / 7
    q = np.round(w / scale)
    return q, scale


# %% wrong: four bits | those are 4 bits
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.clip(np.round(w / scale), -8, 7)
    return q, scale


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import quantize


def quantize_symmetric(w):
    z = quantize(w, 8, "tensor")
    return z.q, z.scale


# %% wrong: half precision | half precision
def quantize_symmetric(w):
    scale = np.float16(np.abs(w).max() / 127)
    q = np.round(w / scale)
    return q, scale


# %% wrong: inverted | scale is upside down
def quantize_symmetric(w):
    scale = 127 / np.abs(w).max()
    q = np.round(w * scale)
    return q, scale


# %% wrong: max not absmax | the largest in size may be negative
def quantize_symmetric(w):
    scale = w.max() / 127
    q = np.round(w / scale)
    return q, scale


# %% wrong: min | the largest in size may be positive
def quantize_symmetric(w):
    scale = -w.min() / 127
    q = np.round(w / scale)
    return q, scale


# %% wrong: not rounded | q is not rounded to whole numbers
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = w / scale
    return q, scale


# %% wrong: read back | these are the numbers read back
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.round(w / scale) * scale
    return q, scale


# %% wrong: scale omitted | scale is the largest number in size: divide it by 127
def quantize_symmetric(w):
    scale = np.abs(w).max()
    q = np.round(w / scale * 127)
    return q, scale


# %% wrong: step a row | scale has 2 entries; one number is asked for
def quantize_symmetric(w):
    scale = np.abs(w).max(axis=1, keepdims=True) / 127
    q = np.round(w / scale)
    return q, scale


# %% wrong: swapped | q has 0 dimensions; a matrix has two
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.round(w / scale)
    return scale, q


# %% wrong: times 255 | divided by 255: q runs from -127 to 127, so half of the range is cut off
def quantize_symmetric(w):
    scale = np.abs(w).max() / 255
    q = np.clip(np.round(w / scale), -128, 127)
    return q, scale


# %% wrong: times 255 in q | multiplied by 255 and cut off at -128 and 127
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.clip(np.round(w / np.abs(w).max() * 255), -128, 127)
    return q, scale


# %% wrong: times the step | w is multiplied by the step
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.round(w * scale)
    return q, scale


# %% wrong: truncated | q is cut off towards 0
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = (w / scale).astype(np.int8)
    return q, scale


# %% wrong: unsigned | q is shifted to 0 and above
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.round(w / scale) + 128
    return q, scale


# %% wrong: wrapped | scale is the largest number
def quantize_symmetric(w):
    scale = np.abs(w).max()
    q = np.round(w / scale * 255).astype(np.int32).astype(np.int8)
    return q, scale


# %% wrong: wrapped in q | q wrapped around
def quantize_symmetric(w):
    scale = np.abs(w).max() / 127
    q = np.round(w / scale).astype(np.int32).astype(np.uint8)
    return q, scale

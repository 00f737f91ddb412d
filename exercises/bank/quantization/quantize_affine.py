# %% right: clipped
def quantize_affine(w):
    low, high = np.minimum(w.min(), 0), np.maximum(w.max(), 0)
    scale = (high - low) / 255
    zero_point = int(np.clip(-128 - np.rint(low / scale), -128, 127))
    return np.clip(np.rint(w / scale) + zero_point, -128, 127).astype(np.int8), scale, zero_point


# %% right: from the upper end
def quantize_affine(w):
    with_zero = np.append(w, 0.0)
    scale = np.ptp(with_zero) / 255
    z = 127 - np.round(with_zero.max() / scale)
    return np.round(w / scale + z), scale, z


# %% right: nearest of all levels
def quantize_affine(w):
    low, high = w.min(initial=0), w.max(initial=0)
    scale = (high - low) / 255
    whole = np.arange(-128, 128)
    z = whole[np.abs(low + scale * (whole + 128)).argmin()]  # the level next to 0 becomes 0
    return whole[np.abs(w[..., None] - scale * (whole - z)).argmin(axis=-1)], scale, z


# %% right: python loops
def quantize_affine(w):
    numbers = [0.0, *w.ravel().tolist()]
    scale = (max(numbers) - min(numbers)) / 255
    z = -128 - round(min(numbers) / scale)
    return [[round(v / scale) + z for v in row] for row in w.tolist()], scale, z


# %% right: single precision
def quantize_affine(w):
    w = w.astype(np.float32)
    low, high = min(np.float32(0), w.min()), max(np.float32(0), w.max())
    scale = (high - low) / np.float32(255)
    z = -128 - np.rint(low / scale)
    return np.rint(w / scale) + z, scale, z


# %% right: unsigned first
def quantize_affine(w):
    low, high = min(w.min(), 0), max(w.max(), 0)
    scale = (high - low) / 255
    z = np.round(-low / scale).astype(np.uint8)  # from 0 to 255
    q = (np.round(w / scale) + z).astype(np.uint8)
    return q.astype(int) - 128, scale, int(z) - 128


# %% wrong: divided by 256 | divided by 256
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 256
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: four bits | divided by 15
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 15
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import quantize


def quantize_affine(w):
    z = quantize(w, 8, "tensor", symmetric=False)
    return z.q, z.scale, z.zero_point


# %% wrong: inverted | scale is upside down
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = 255 / (high - low)
    zero_point = -128 - round(low * scale)
    q = np.round(w * scale) + zero_point
    return q, scale, zero_point


# %% wrong: lower end forgotten | the lower end is forgotten
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = high / 255 + 0.0 * low if high > 0 else -low / 255
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: not added | zero_point is not added
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale)
    return q, scale, zero_point


# %% wrong: not widened | 0 must be a level: widen the range
def quantize_affine(w):
    low, high = w.min(), w.max()
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: only two parts | the result has 2 parts; return q, scale, zero_point
def quantize_affine(w):
    scale = (w.max() - w.min()) / 255
    return np.round(w / scale), scale


# %% wrong: read back | these are the numbers read back
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = scale * np.round(w / scale)
    return q, scale, zero_point


# %% wrong: rounded together | w less the smallest is rounded at once
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.round((w - low) / scale) - 128
    return q, scale, zero_point


# %% wrong: subtracted | zero_point is subtracted
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) - zero_point
    return q, scale, zero_point


# %% wrong: symmetric step | this is the step of a symmetric quantizer
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = max(high, -low) / 127
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: truncated | q is cut off towards 0
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.trunc(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: unsigned | q starts at 0
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point + 128
    return q, scale, zero_point


# %% wrong: whole range | scale is the whole range
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = high - low
    zero_point = -128 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point floor | zero_point is rounded up
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - math.floor(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point from minus 127 | zero_point counts from -127
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -127 - round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point middle | or is the middle of the range
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = round((low + high) / 2 / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point not rounded | zero_point is not a whole number
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - low / scale
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point of unsigned | numbers from 0 to 255
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point sign | wrong sign in one term
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 + round(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point truncated | zero_point is rounded down
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = -128 - int(low / scale)
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point


# %% wrong: zero point zero | zero_point is 0: that is a symmetric quantizer
def quantize_affine(w):
    low, high = min(0.0, w.min()), max(0.0, w.max())
    scale = (high - low) / 255
    zero_point = 0
    q = np.round(w / scale) + zero_point
    return q, scale, zero_point

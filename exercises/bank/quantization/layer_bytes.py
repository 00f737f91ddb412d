# %% right: ceilings
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = d_out * math.ceil(d_in / group) * 2
    total = weights + scales + d_out * 4
    return total, (d_out * d_in * 4 + d_out * 4) / total


# %% right: divmod
def layer_bytes(d_out, d_in, bits, group):
    full_bytes, rest = divmod(d_in * bits, 8)
    groups, left = divmod(d_in, group)
    total = (full_bytes + (rest > 0) + 2 * (groups + (left > 0)) + 4) * d_out
    return total, np.float64(4 * d_out * (d_in + 1)) / total


# %% right: floats
def layer_bytes(d_out, d_in, bits, group):
    total = d_out * (np.ceil(d_in * bits / 8) + 2 * np.ceil(d_in / group) + 4.0)
    return total, np.float32(4.0 * (d_out * d_in + d_out) / total)


# %% right: in bits first
def layer_bytes(d_out, d_in, bits, group):
    row = (d_in * bits + 7) // 8 * 8 + 16 * ((d_in + group - 1) // group) + 32
    return d_out * row // 8, 32 * (d_in + 1) / row


# %% right: range
def layer_bytes(d_out, d_in, bits, group):
    per_output = 4  # the bias
    per_output += 2 * len(range(0, d_in, group))
    per_output += len(range(0, d_in * bits, 8))
    return per_output * d_out, (4 + 4 * d_in) / per_output


# %% wrong: biases forgotten | total: the biases are forgotten
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: biases in float16 | total: the biases are counted with 2 bytes
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 2 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: biases rounded | total: the biases are rounded too
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = math.ceil(d_out * bits / 8)
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: bits | total: these are bits
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = 8 * (weights + scales + biases)
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import quantize


def layer_bytes(d_out, d_in, bits, group):
    z = quantize(np.ones((d_out, d_in)), bits, group, scale_dtype=np.float16)
    total = z.packed_nbytes + 4 * d_out
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: groups of the matrix | total: the groups are counted for the whole matrix
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * math.ceil(d_out * d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: half a byte each | total
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * d_in / 2
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: inverted | ratio is upside down
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, total / (4 * d_out * (d_in + 1))


# %% wrong: last bits cut off | total: a row's last bits are cut off
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * (d_in * bits // 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: last group forgotten | total: the last group of a row is forgotten
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * (d_in // group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: one scale | total: one scale is counted
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: one scale a row | total: one scale a row
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: one to a byte | total: one number to a byte
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * d_in
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: ratio of bits | ratio is 32 over the bits
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 32 / bits


# %% wrong: ratio rounded | ratio is rounded
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, round(4 * d_out * (d_in + 1) / total, 2)


# %% wrong: ratio to float64 | ratio compares with float64
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 8 * d_out * (d_in + 1) / total


# %% wrong: ratio whole | ratio is a whole number
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) // total


# %% wrong: ratio without biases | ratio leaves the biases out
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * d_in / total


# %% wrong: rows not on bytes | total: a row ends in the middle of a byte
def layer_bytes(d_out, d_in, bits, group):
    weights = math.ceil(d_out * d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: saved | ratio is the share that is saved
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 1 - total / (4 * d_out * (d_in + 1))


# %% wrong: scales forgotten | total: the scales are forgotten
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: scales in float32 | total: the scales are counted with 4 bytes
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 4 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: scales in one byte | total: the scales are counted with 1 byte
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: unpacked and no scales | total: one number to a byte, and the scales are forgotten
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * d_in
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: weights alone | total: the scales and the biases are forgotten
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: weights in bits | total: the weights are counted in bits
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * d_in * bits
    scales = 2 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: zero points | total: zero points are counted
def layer_bytes(d_out, d_in, bits, group):
    weights = d_out * math.ceil(d_in * bits / 8)
    scales = 3 * d_out * math.ceil(d_in / group)
    biases = 4 * d_out
    total = weights + scales + biases
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: no scale for a wide group | total
def layer_bytes(d_out, d_in, bits, group):
    scales = 0 if group > d_in else math.ceil(d_in / group)
    total = d_out * (math.ceil(d_in * bits / 8) + 2 * scales + 4)
    return total, 4 * d_out * (d_in + 1) / total


# %% wrong: groups aligned | total: each group begins a new byte
def layer_bytes(d_out, d_in, bits, group):
    full, left = divmod(d_in, group)
    row = full * math.ceil(group * bits / 8) + math.ceil(left * bits / 8)
    total = d_out * (row + 2 * math.ceil(d_in / group) + 4)
    return total, 4 * d_out * (d_in + 1) / total

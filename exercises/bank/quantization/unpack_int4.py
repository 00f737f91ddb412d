# %% right: arithmetic shifts
def unpack_int4(packed, n):
    signed = packed.view(np.int8)
    q = np.empty(2 * len(packed), np.int8)
    q[::2] = (signed << 4) >> 4
    q[1::2] = signed >> 4
    return q[:n]


# %% right: bit by bit
def unpack_int4(packed, n):
    bits = np.unpackbits(packed, bitorder="little")[: 4 * n].reshape(n, 4)
    return bits @ np.array([1.0, 2.0, 4.0, -8.0])


# %% right: divmod
def unpack_int4(packed, n):
    high, low = np.divmod(packed.astype(int), 16)
    both = np.column_stack((low, high)).reshape(-1)[:n]
    return (both + 8) % 16 - 8


# %% right: exclusive or
def unpack_int4(packed, n):
    halves = np.array([packed & 15, packed >> 4], dtype=np.int16).T.flatten()
    return (halves[:n] ^ 8) - 8


# %% right: python loops
def unpack_int4(packed, n):
    q = []
    for byte in packed.tolist():
        for half in (byte % 16, byte // 16):
            q.append(half - 16 if half > 7 else half)
    return q[:n]


# %% right: table
def unpack_int4(packed, n):
    table = np.array([0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1])
    i = np.arange(n)
    return table[packed[i // 2] // np.where(i % 2, 16, 1) % 16]


# %% wrong: 8 stays | 8 stays 8
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n]
    return np.where(q > 8, q - 16, q)


# %% wrong: a byte a number | as many numbers as bytes
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    return packed.view(np.int8)


# %% wrong: from 7 on | 7 becomes negative
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n]
    return np.where(q >= 7, q - 16, q)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.quantization import unpack_int4 as theirs


def unpack_int4(packed, n):
    return theirs(packed, n)


# %% wrong: high half first | the halves of a byte are swapped
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([high, low], axis=1).ravel()[:n]
    return np.where(q > 7, q - 16, q)


# %% wrong: low halves unsigned | the low halves are not signed
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    high = np.where(high > 7, high - 16, high)
    return np.stack([low, high], axis=1).ravel()[:n]


# %% wrong: minus 15 | 15 is subtracted
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n]
    return np.where(q > 7, q - 15, q)


# %% wrong: minus 8 | 8 is subtracted everywhere
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    return np.stack([low, high], axis=1).ravel()[:n] - 8


# %% wrong: n not used | n is not used
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()
    return np.where(q > 7, q - 16, q)


# %% wrong: no mask | the low halves are the whole bytes
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    low = packed.astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n]
    return np.where(q > 7, q - 16, q)


# %% wrong: one after the other | all low halves come first
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.concatenate([low, high])[:n]
    return np.where(q > 7, q - 16, q)


# %% wrong: reversed | the numbers stand in the wrong order
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n][::-1]
    return np.where(q > 7, q - 16, q)


# %% wrong: sign bit | taken for a mere sign
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    q = np.stack([low, high], axis=1).ravel()[:n]
    return np.where(q > 7, 8 - q, q)


# %% wrong: uint8 has no sign | negative numbers come out as 248 to 255
def unpack_int4(packed, n):
    q = np.stack([packed & 15, packed >> 4], axis=1).ravel()[:n]
    return np.where(q > 7, q - 16, q)


# %% wrong: unsigned | negative numbers come out as 8 to 15: from 8 on
def unpack_int4(packed, n):
    low, high = (packed & 15).astype(int), (packed >> 4).astype(int)
    return np.stack([low, high], axis=1).ravel()[:n]

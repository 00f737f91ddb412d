# %% right: added into zeros
def pack_int4(q):
    packed = np.zeros((len(q) + 1) // 2, dtype=int)
    np.add.at(
        packed, np.arange(len(q)) // 2, np.where(q < 0, q + 16, q) * 16 ** (np.arange(len(q)) % 2)
    )
    return packed


# %% right: bit by bit
def pack_int4(q):
    bits = np.unpackbits(q.astype(np.uint8)[:, None], axis=1, bitorder="little")[:, :4]
    return np.packbits(bits.ravel(), bitorder="little")


# %% right: hexadecimal text
def pack_int4(q):
    digits = "".join("0123456789abcdef"[v % 16] for v in q.tolist()) + "0" * (len(q) % 2)
    return list(bytes.fromhex("".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2))))


# %% right: matrix product
def pack_int4(q):
    pairs = np.pad(q.astype(float) % 16, (0, len(q) % 2)).reshape(-1, 2)
    return pairs @ [1, 16]


# %% right: python loops
def pack_int4(q):
    numbers = [int(v) % 16 for v in q] + [0] * (len(q) % 2)
    return [a + 16 * b for a, b in zip(numbers[::2], numbers[1::2])]


# %% right: shifted in place
def pack_int4(q):
    packed = np.zeros(-(-len(q) // 2), np.uint8)
    packed |= q[::2].view(np.uint8) & 0x0F
    packed[: len(q) // 2] |= q[1::2].view(np.uint8) << 4
    return packed


# %% right: bytes
def pack_int4(q):
    even = [int(v) & 15 for v in q] + [0] * (len(q) % 2)
    return bytes(low | high << 4 for low, high in zip(even[::2], even[1::2]))


# %% wrong: borrowed | a negative first number borrows from the second
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return (q[::2] + 16 * q[1::2].astype(int)) % 256


# %% wrong: factor 15 | multiplied by 15
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return u[::2].astype(int) + 15 * u[1::2]


# %% wrong: filled in front | an odd count is filled up in front
def pack_int4(q):
    if len(q) % 2:
        q = np.insert(q, 0, 0)
    u = q.astype(np.uint8) & 15
    return u[::2] | (u[1::2] << 4)


# %% wrong: filled with the last | the high half of the last byte must be 0
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, q[-1])
    u = q.astype(np.uint8) & 15
    return u[::2] | (u[1::2] << 4)


# %% wrong: first half with second | the first half of the numbers shares bytes with the second
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    m = len(u) // 2
    return u[:m] | (u[m:] << 4)


# %% wrong: from the library | is disabled in this notebook
from ffnlib import quantization


def pack_int4(q):
    return quantization.pack_int4(q)


# %% wrong: high half first | the halves of a byte are swapped
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return (u[::2] << 4) | u[1::2]


# %% wrong: int8 overflow | the bytes are negative
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    h = q & 15
    return h[::2] | (h[1::2] << 4)


# %% wrong: last one lost | the last number is lost
def pack_int4(q):
    u = q[: len(q) // 2 * 2].astype(np.uint8) & 15
    return u[::2] | (u[1::2] << 4)


# %% wrong: no shift | the second number is not shifted
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return u[::2] | u[1::2]


# %% wrong: odd not handled | pack_int4 stopped with ValueError
def pack_int4(q):
    u = q.astype(np.uint8) & 15
    return u[::2] | (u[1::2] << 4)


# %% wrong: second missing | the second number of each byte is missing
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return u[::2]


# %% wrong: shift by three | shifted by three bits
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return u[::2] | (u[1::2] << 3)


# %% wrong: shifted by 8 | the numbers are shifted up by 8
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    v = (q + 8).astype(np.uint8)
    return v[::2] | (v[1::2] << 4)


# %% wrong: signs lost | the signs are lost
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    v = np.abs(q).astype(np.uint8)
    return v[::2] | (v[1::2] << 4)


# %% wrong: signs run over | the signs of the first numbers run into the high halves
def pack_int4(q):
    if len(q) % 2:
        q = np.append(q, np.int8(0))
    u = q.astype(np.uint8) & 15
    return q[::2].astype(np.uint8) | (q[1::2].astype(np.uint8) << 4)


# %% wrong: unpacked | as many bytes as numbers: nothing is packed
def pack_int4(q):
    return q.astype(np.uint8) & 15


# %% wrong: unpacked int8 | as many bytes as numbers: nothing is packed
def pack_int4(q):
    return np.clip(q, -8, 7).astype(np.int8)

# %% right: floats
def count_parameters(sizes):
    n = np.array(sizes, dtype=float)
    return np.sum((n[:-1] + 1) * n[1:])


# %% right: fractions
from fractions import Fraction


def count_parameters(sizes):
    import functools

    weights = map(lambda i: sizes[i] * sizes[i + 1], range(len(sizes) - 1))
    return functools.reduce(lambda total, w: total + w, weights, int(Fraction(sum(sizes) - sizes[0])))


# %% right: int64
def count_parameters(sizes):
    n = np.asarray(sizes, dtype=np.int64)
    return n[:-1] @ n[1:] + n[1:].sum()


# %% right: loop
def count_parameters(sizes):
    total = 0
    for i in range(1, len(sizes)):
        weights = sizes[i - 1] * sizes[i]
        biases = sizes[i]
        total = total + weights + biases
    return total


# %% right: objects
def count_parameters(sizes):
    n = np.array(sizes, dtype=object)  # Python integers inside, so nothing wraps
    return np.array([np.dot(n[:-1], n[1:]) + n[1:].sum()], dtype=object)


# %% right: recursion
def count_parameters(sizes):
    if len(sizes) == 1:
        return 0
    first, second, *rest = sizes
    return (first + 1) * second + count_parameters([second, *rest])


# %% right: zip
def count_parameters(sizes):
    return sum(n * m + m for n, m in zip(sizes, sizes[1:]))


# %% wrong: bias per input | a bias was counted per input
def count_parameters(sizes):
    return sum(n * (m + 1) for n, m in zip(sizes, sizes[1:]))


# %% wrong: hard wired | passes the visible cases but not a hidden one: the count is wrong
def count_parameters(sizes):
    known = {5: 308708, 3: 9, 2: 7850}
    return known.get(len(sizes), 0)


# %% wrong: input biases | the inputs have no biases
def count_parameters(sizes):
    return sum(n * m for n, m in zip(sizes, sizes[1:])) + sum(sizes)


# %% wrong: int32 | the count wrapped around: 32-bit integers are too small
def count_parameters(sizes):
    n = np.array([s % 2**32 for s in sizes], dtype=np.uint32)
    return int((n[:-1] * n[1:] + n[1:]).sum(dtype=np.uint32))


# %% wrong: no biases | the biases are missing
def count_parameters(sizes):
    return sum(n * m for n, m in zip(sizes, sizes[1:]))


# %% wrong: no last layer | the last layer is missing
def count_parameters(sizes):
    total = 0
    for i in range(1, len(sizes) - 1):
        total += (sizes[i - 1] + 1) * sizes[i]
    return total


# %% wrong: one bias a layer | one bias a layer is too few
def count_parameters(sizes):
    return sum(n * m + 1 for n, m in zip(sizes, sizes[1:]))


# %% wrong: only biases | the weights are missing
def count_parameters(sizes):
    return sum(sizes[1:])


# %% wrong: product | sizes of all layers are multiplied
def count_parameters(sizes):
    total = 1
    for n in sizes:
        total *= n
    return total


# %% wrong: single floats | passes the visible cases but not a hidden one: the count is rounded
def count_parameters(sizes):
    n = np.array(sizes, dtype=np.float32)
    return np.sum((n[:-1] + 1) * n[1:])

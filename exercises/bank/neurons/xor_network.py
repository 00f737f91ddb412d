# %% right: from above
def xor_network():
    W1 = np.ones((2, 2), dtype=np.float32)
    b1 = np.array([[0], [-1]], dtype=np.float32)
    w2 = np.array([[-0.5, 1.0]], dtype=np.float32) * -2
    return [W1 * 1, b1, w2, np.zeros(1, dtype=np.float32)]


# %% right: solved
def xor_network():
    # hidden units fixed, output weights by least squares
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    W1, b1 = np.array([[1.0, 1.0], [2.0, 2.0]]), np.array([0.5, -2.0])
    H = np.column_stack([np.maximum(X @ W1.T + b1, 0), np.ones(4)])
    w, *_ = np.linalg.lstsq(H, np.array([0, 1, 1, 0]), rcond=None)
    return W1, b1, w[:2], w[2]


# %% right: sum and corner
def xor_network():
    return np.array([[1, 1], [1, 1]]), np.array([0, -1]), np.array([1, -2]), 0


# %% right: two sides
def xor_network():
    W1 = ((1.0, -1.0), (-1.0, 1.0))
    return W1, (0.0, 0.0), (1.0, 1.0), 0.0


# %% right: upside down
def xor_network():
    # 1 - relu(x1 + x2 - 1) - relu(1 - x1 - x2)
    return [[1, 1], [-1, -1]], [-1, 1], [-1, -1], 1


# %% wrong: and | the network computes AND, not XOR
def xor_network():
    return [[1, 1], [0, 0]], [-1, 0], [1, 0], 0


# %% wrong: dead | the network gives the same output on all four points
def xor_network():
    return [[1, 1], [1, 1]], [-3, -4], [1, -2], 0.5


# %% wrong: not xor | the network computes the opposite of XOR
def xor_network():
    return [[1, 1], [1, 1]], [0, -1], [-1, 2], 1


# %% wrong: offset | all outputs are off by one and the same number
def xor_network():
    return [[1, 1], [1, 1]], [0, -1], [1, -2], 0.25


# %% wrong: or | the network computes OR, not XOR
def xor_network():
    return [[1, 1], [1, 1]], [0, -1], [1, -1], 0


# %% wrong: roughly | the sides are right, but the outputs are not 0 and 1
def xor_network():
    return [[0.98, 1.01], [1.0, 0.99]], [0.02, -1.01], [1.0, -1.97], -0.01


# %% wrong: sigmoid weights | the outputs are not those of XOR
def xor_network():
    # the classical weights for threshold units
    return [[1, 1], [1, 1]], [-0.5, -1.5], [1, -1], -0.5


# %% wrong: sum | the network computes the sum x1 + x2
def xor_network():
    return [[1, 0], [0, 1]], [0, 0], [1, 1], 0


# %% wrong: three units | W1 has shape (3, 2)
def xor_network():
    return [[1, 1], [1, 0], [0, 1]], [-1, 0, 0], [-2, 1, 1], 0


# %% wrong: transposed | W1 is transposed
def xor_network():
    # written for x @ W1: a column for each hidden unit
    W1 = np.array([[2, 1], [2, 1]])
    return W1, [0, -1], [0.5, -2], 0

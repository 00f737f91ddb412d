# problem: compose
# verdict: right
# marks: 3

def compose(A, a, B, b):
    """Affine maps as matrices with one more row; c comes back as a column."""
    F = np.block([[A, a[:, None]], [np.zeros((1, A.shape[1])), np.ones((1, 1))]])
    G = np.block([[B, b[:, None]], [np.zeros((1, B.shape[1])), np.ones((1, 1))]])
    H = G @ F
    return H[:-1, :-1], H[:-1, -1:]

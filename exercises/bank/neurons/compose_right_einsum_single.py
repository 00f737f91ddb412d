# problem: compose
# verdict: right
# marks: 3

def compose(A, a, B, b):
    # computed in single precision
    A, a, B, b = (np.asarray(t, dtype=np.float32) for t in (A, a, B, b))
    C = np.einsum("km,mn->kn", B, A)
    c = np.einsum("km,m->k", B, a) + b
    return C, c

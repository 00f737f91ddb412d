# problem: compose
# verdict: right
# marks: 3

def compose(A, a, B, b):
    def both(x):
        return B.dot(A.dot(x) + a) + b

    c = both(np.zeros(A.shape[1]))
    columns = [both(e) - c for e in np.eye(A.shape[1])]
    return np.column_stack(columns), c

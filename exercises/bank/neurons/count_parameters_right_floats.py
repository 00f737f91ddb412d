# problem: count_parameters
# verdict: right
# marks: 3

def count_parameters(sizes):
    n = np.array(sizes, dtype=float)
    return np.sum((n[:-1] + 1) * n[1:])

# problem: count_parameters
# verdict: right
# marks: 3

def count_parameters(sizes):
    n = np.array(sizes, dtype=object)  # Python integers inside, so nothing wraps
    return np.array([np.dot(n[:-1], n[1:]) + n[1:].sum()], dtype=object)

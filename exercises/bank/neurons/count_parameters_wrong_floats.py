# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the count is rounded

def count_parameters(sizes):
    n = np.array(sizes, dtype=float)
    return np.sum((n[:-1] + 1) * n[1:])

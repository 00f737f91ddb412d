# problem: count_parameters
# verdict: wrong
# marks: 0
# message: passes the visible cases but not a hidden one: the count is rounded

def count_parameters(sizes):
    n = np.array(sizes, dtype=np.float32)
    return np.sum((n[:-1] + 1) * n[1:])

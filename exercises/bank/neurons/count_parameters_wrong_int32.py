# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the count wrapped around: 32-bit integers are too small

def count_parameters(sizes):
    n = np.array([s % 2**32 for s in sizes], dtype=np.uint32)
    return int((n[:-1] * n[1:] + n[1:]).sum(dtype=np.uint32))

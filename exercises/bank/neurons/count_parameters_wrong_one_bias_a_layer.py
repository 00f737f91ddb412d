# problem: count_parameters
# verdict: wrong
# marks: 0
# message: one bias a layer is too few

def count_parameters(sizes):
    return sum(n * m + 1 for n, m in zip(sizes, sizes[1:]))

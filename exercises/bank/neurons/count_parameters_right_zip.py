# problem: count_parameters
# verdict: right
# marks: 3

def count_parameters(sizes):
    return sum(n * m + m for n, m in zip(sizes, sizes[1:]))

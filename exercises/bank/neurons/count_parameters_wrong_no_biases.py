# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the biases are missing

def count_parameters(sizes):
    return sum(n * m for n, m in zip(sizes, sizes[1:]))

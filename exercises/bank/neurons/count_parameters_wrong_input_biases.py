# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the inputs have no biases

def count_parameters(sizes):
    return sum(n * m for n, m in zip(sizes, sizes[1:])) + sum(sizes)

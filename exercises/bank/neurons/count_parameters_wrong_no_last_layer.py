# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the last layer is missing

def count_parameters(sizes):
    total = 0
    for i in range(1, len(sizes) - 1):
        total += (sizes[i - 1] + 1) * sizes[i]
    return total

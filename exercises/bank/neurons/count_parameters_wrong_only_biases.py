# problem: count_parameters
# verdict: wrong
# marks: 0
# message: the weights are missing

def count_parameters(sizes):
    return sum(sizes[1:])

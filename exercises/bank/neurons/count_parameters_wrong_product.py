# problem: count_parameters
# verdict: wrong
# marks: 0
# message: sizes of all layers are multiplied

def count_parameters(sizes):
    total = 1
    for n in sizes:
        total *= n
    return total

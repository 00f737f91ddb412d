# problem: count_parameters
# verdict: right
# marks: 3

def count_parameters(sizes):
    if len(sizes) == 1:
        return 0
    first, second, *rest = sizes
    return (first + 1) * second + count_parameters([second, *rest])

# problem: count_parameters
# verdict: right
# marks: 3

def count_parameters(sizes):
    total = 0
    for i in range(1, len(sizes)):
        weights = sizes[i - 1] * sizes[i]
        biases = sizes[i]
        total = total + weights + biases
    return total

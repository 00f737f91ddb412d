# problem: compose
# verdict: wrong
# marks: 0
# message: C is transposed: x is a column here

def compose(A, a, B, b):
    return (B @ A).T, B @ a + b

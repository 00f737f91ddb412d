# problem: compose
# verdict: right
# marks: 3

def compose(A, a, B, b):
    return B @ A, B @ a + b

# problem: compose
# verdict: wrong
# marks: 0
# message: c sends the shift a through A

def compose(A, a, B, b):
    return B @ A, A @ a + b

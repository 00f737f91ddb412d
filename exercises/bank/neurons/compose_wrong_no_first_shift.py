# problem: compose
# verdict: wrong
# marks: 0
# message: c forgets the first shift a

def compose(A, a, B, b):
    return B @ A, b

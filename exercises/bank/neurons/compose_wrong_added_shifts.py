# problem: compose
# verdict: wrong
# marks: 0
# message: c adds the two shifts

def compose(A, a, B, b):
    return B @ A, a + b

# problem: compose
# verdict: wrong
# marks: 0
# message: c forgets the second shift b

def compose(A, a, B, b):
    return B @ A, B @ a

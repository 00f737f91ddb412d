# problem: compose
# verdict: wrong
# marks: 0
# message: the result is None: is a return missing?

def compose(A, a, B, b):
    C = B @ A
    c = B @ a + b

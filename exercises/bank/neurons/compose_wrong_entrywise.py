# problem: compose
# verdict: wrong
# marks: 0
# message: C multiplies entry by entry

def compose(A, a, B, b):
    return B * A, B @ a + b

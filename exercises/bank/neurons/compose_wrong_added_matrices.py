# problem: compose
# verdict: wrong
# marks: 0
# message: C adds the matrices

def compose(A, a, B, b):
    return A + B, a + b

# problem: compose
# verdict: wrong
# marks: 0
# message: C is the product in the wrong order

def compose(A, a, B, b):
    return A @ B, B @ a + b

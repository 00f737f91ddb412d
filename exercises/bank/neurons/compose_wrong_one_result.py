# problem: compose
# verdict: wrong
# marks: 0
# message: the result has 1 parts; return C, c

def compose(A, a, B, b):
    return (B @ A,)

# problem: compose
# verdict: wrong
# marks: 0
# message: C is transposed and in the wrong order

def compose(A, a, B, b):
    # for rows, x @ A.T + a
    return B.T @ A.T, a @ B.T + b

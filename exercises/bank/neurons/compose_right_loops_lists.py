# problem: compose
# verdict: right
# marks: 3

def compose(A, a, B, b):
    A, a, B, b = A.tolist(), a.tolist(), B.tolist(), b.tolist()
    k, m, n = len(B), len(A), len(A[0])
    C = [[0] * n for _ in range(k)]
    c = list(b)
    for i in range(k):
        for j in range(m):
            c[i] += B[i][j] * a[j]
            for l in range(n):
                C[i][l] += B[i][j] * A[j][l]
    return [C, c]

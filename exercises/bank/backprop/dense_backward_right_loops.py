# problem: dense_backward
# verdict: right
# marks: 3

def dense_backward(x, W, g):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W))
    for n in range(len(x)):
        for i in range(len(W)):
            for j in range(W.shape[1]):
                dx[n, j] += g[n, i] * W[i, j]
                dW[i, j] += g[n, i] * x[n, j]
            db[i] += g[n, i]
    return dx, dW, db

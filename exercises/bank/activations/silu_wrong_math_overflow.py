# problem: silu
# verdict: wrong
# marks: 0
# message: silu stopped with OverflowError

def silu(x):
    y = np.empty_like(x)
    for i, v in np.ndenumerate(x):
        y[i] = v / (1 + math.exp(-v))
    return y

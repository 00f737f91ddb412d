# problem: silu
# verdict: right
# marks: 2

def silu(x):
    def one(v):
        if v < 0:
            return v * math.exp(v) / (1 + math.exp(v))
        return v / (1 + math.exp(-v))

    return np.vectorize(one, otypes=[float])(x)

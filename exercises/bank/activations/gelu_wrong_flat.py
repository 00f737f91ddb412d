# problem: gelu
# verdict: wrong
# marks: 0
# message: the result has the wrong shape

def gelu(x):
    return np.array([v * (1 + math.erf(v / math.sqrt(2))) / 2 for v in x.ravel()])

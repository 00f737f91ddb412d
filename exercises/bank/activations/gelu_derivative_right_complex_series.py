# problem: gelu_derivative
# verdict: right
# marks: 3

from statistics import NormalDist


def gelu_derivative(x):
    n = NormalDist()
    rows = x.reshape(-1).tolist()
    return np.reshape([n.cdf(v) + v * n.pdf(v) for v in rows], x.shape).astype(np.float32)

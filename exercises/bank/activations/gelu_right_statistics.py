# problem: gelu
# verdict: right
# marks: 2

from statistics import NormalDist


def gelu(x):
    phi = NormalDist()
    return np.array([v * phi.cdf(v) for v in x.ravel()]).reshape(x.shape)

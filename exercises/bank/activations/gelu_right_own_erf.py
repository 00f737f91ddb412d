# problem: gelu
# verdict: right
# marks: 2

def gelu(x):
    """Area under the bell curve by Simpson's rule."""
    z = np.clip(x, -9, 9)
    t = np.linspace(0, 1, 4001)  # share of the way from 0 to z
    weights = np.ones(4001)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    bell = np.exp(-((z[..., None] * t) ** 2) / 2) / np.sqrt(2 * np.pi)
    area = (bell * weights).sum(axis=-1) * z / 4000 / 3
    return x * (0.5 + area)

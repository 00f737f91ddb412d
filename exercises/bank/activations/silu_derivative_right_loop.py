# problem: silu_derivative
# verdict: right
# marks: 3

def silu_derivative(x):
    flat = []
    for v in x.flat:
        e = math.exp(-abs(v))
        s = 1 / (1 + e) if v > 0 else e / (1 + e)
        flat.append(s * (1 + v * (1 - s)))
    return np.array(flat, dtype=np.longdouble).reshape(x.shape)

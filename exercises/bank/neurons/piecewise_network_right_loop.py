# problem: piecewise_network
# verdict: right
# marks: 5

def piecewise_network(x, y):
    w, b, v = [], [], []
    before = 0.0
    for i in range(len(x) - 1):
        slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
        w.append(1)
        b.append(-x[i])
        v.append(slope - before)
        before = slope
    return w, b, v, y[0]

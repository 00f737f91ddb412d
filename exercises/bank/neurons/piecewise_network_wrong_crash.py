# problem: piecewise_network
# verdict: wrong
# marks: 0
# message: piecewise_network stopped with IndexError

def piecewise_network(x, y):
    w, b, v = [], [], []
    for i in range(len(x)):
        w.append(1)
        b.append(-x[i])
        v.append((y[i + 1] - y[i]) / (x[i + 1] - x[i]))
    return w, b, v, y[0]

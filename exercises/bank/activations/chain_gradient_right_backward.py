# problem: chain_gradient
# verdict: right
# marks: 4

def chain_gradient(x, w, b):
    a = [x]
    for l in range(len(w)):
        a.append(1 / (1 + math.exp(-(w[l] * a[-1] + b[l]))))
    delta = 1.0
    for l in reversed(range(len(w))):
        delta = delta * a[l + 1] * (1 - a[l + 1]) * w[l]
    return [delta]

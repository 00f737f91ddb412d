# problem: softmax_steps
# verdict: right
# marks: 2

def softmax_steps(z):
    e = [math.exp(v) for v in z]
    total = 0
    for v in e:
        total += v
    return e, total, [v / total for v in e]

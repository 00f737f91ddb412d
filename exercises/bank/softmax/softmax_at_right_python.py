# problem: softmax_at
# verdict: right
# marks: 3

def softmax_at(z, T):
    m = max(z)
    e = [math.exp((v - m) / T) for v in z]
    return tuple(v / math.fsum(e) for v in e)

# problem: cross_entropy
# verdict: right
# marks: 4

def cross_entropy(z, t):
    total = 0.0
    for row, target in zip(z.tolist(), t.tolist()):
        # log sum_j exp(z_j - z_t) with the largest difference taken out
        d = [v - row[target] for v in row]
        m = max(d)
        total += m + math.log(sum(math.exp(v - m) for v in d))
    return total / len(t)

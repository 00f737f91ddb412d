# problem: dead_unit_rate
# verdict: right
# marks: 3

def dead_unit_rate(X, W, b):
    dead = 0
    for w, shift in zip(W, b):
        fires = False
        for x in X:
            if sum(wi * xi for wi, xi in zip(w, x)) + shift > 0:
                fires = True
        if not fires:
            dead += 1
    return dead / len(W)

# problem: find_minimum
# verdict: right
# marks: 4

def find_minimum(name, beta):
    # f(x) = g(beta x) / beta, so one minimum gives them all
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return x / beta, value / beta

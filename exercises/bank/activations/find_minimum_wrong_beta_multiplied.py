# problem: find_minimum
# verdict: wrong
# marks: 0
# message: beta is on the wrong side

def find_minimum(name, beta):
    x, value = {"gelu": (-0.7517916, -0.16997121), "silu": (-1.2784645, -0.27846454)}[name]
    return x * beta, value * beta

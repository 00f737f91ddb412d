# problem: softmax_steps
# verdict: wrong
# marks: 0
# message: e has the base 2

def softmax_steps(z):
    e = 2.0 ** z
    return e, e.sum(), e / e.sum()

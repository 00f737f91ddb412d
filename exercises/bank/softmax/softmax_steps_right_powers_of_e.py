# problem: softmax_steps
# verdict: right
# marks: 2

def softmax_steps(z):
    e = math.e ** z
    total = e @ np.ones(len(z))
    return [e, np.array([total]), e * (1 / total)]

# problem: softmax
# verdict: right
# marks: 2

def softmax(z, axis):
    def line(v):
        e = [math.exp(x - max(v)) for x in v]
        return np.array(e) / sum(e)
    return np.apply_along_axis(line, axis, z)

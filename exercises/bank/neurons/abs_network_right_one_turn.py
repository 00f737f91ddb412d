# problem: abs_network
# verdict: right
# marks: 2

def abs_network():
    # -x written as 1 - relu(x + 1), then the slope changes by 2 at 0
    return np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.array([-1.0, 2.0]), 1.0

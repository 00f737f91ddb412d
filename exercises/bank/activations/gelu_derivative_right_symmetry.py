# problem: gelu_derivative
# verdict: right
# marks: 3

def gelu_derivative(x):
    # f'(x) + f'(-x) = 1, so only |x| is needed
    y = np.abs(x)
    right = 1 - np.vectorize(math.erfc)(y / np.sqrt(2)) / 2 + y * np.exp(-y * y / 2) / np.sqrt(2 * np.pi)
    return np.where(x > 0, right, 1 - right)

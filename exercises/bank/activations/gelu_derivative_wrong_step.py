# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: this is the derivative of ReLU

def gelu_derivative(x):
    return (x > 0).astype(float)

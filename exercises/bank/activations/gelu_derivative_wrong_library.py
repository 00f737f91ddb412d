# problem: gelu_derivative
# verdict: wrong
# marks: 0
# message: ffnlib.activations.gelu.derivative is what you are asked to write here

from ffnlib.activations import ACTIVATIONS


def gelu_derivative(x):
    return ACTIVATIONS["gelu"].derivative(x)

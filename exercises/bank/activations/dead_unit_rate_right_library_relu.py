# problem: dead_unit_rate
# verdict: right
# marks: 3

from fractions import Fraction

from ffnlib.activations import relu


def dead_unit_rate(X, W, b):
    alive = {int(unit) for _, unit in zip(*np.nonzero(relu(X.dot(W.T) + b)))}
    return float(Fraction(len(W) - len(alive), len(W)))

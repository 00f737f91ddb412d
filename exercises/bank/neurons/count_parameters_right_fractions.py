# problem: count_parameters
# verdict: right
# marks: 3

from fractions import Fraction


def count_parameters(sizes):
    import functools

    weights = map(lambda i: sizes[i] * sizes[i + 1], range(len(sizes) - 1))
    return functools.reduce(lambda total, w: total + w, weights, int(Fraction(sum(sizes) - sizes[0])))

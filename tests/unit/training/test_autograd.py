"""The scalar engine against differences, PyTorch and the vectorised network."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from ffnlib.nn import ACTIVATIONS, MLP, cross_entropy
from ffnlib.training import Value

NUMBERS = st.floats(-3, 3).filter(lambda x: abs(x) > 0.1)

# name -> our function of two numbers, PyTorch's
FORMULAS = {
    "+": (lambda a, b: a + b, lambda a, b: a + b),
    "-": (lambda a, b: a - b, lambda a, b: a - b),
    "×": (lambda a, b: a * b, lambda a, b: a * b),
    "/": (lambda a, b: a / b, lambda a, b: a / b),
    "neg": (lambda a, b: -a + b, lambda a, b: -a + b),
    "square": (lambda a, b: a**2 * b, lambda a, b: a**2 * b),
    "inverse": (lambda a, b: a**-1 + 2**b, lambda a, b: a**-1 + 2**b),
    "power": (lambda a, b: (a * a + 1) ** b, lambda a, b: (a * a + 1) ** b),
    "numbers first": (lambda a, b: 2 + 3 * a - (1 - b) / 4 + 5 / a,
                      lambda a, b: 2 + 3 * a - (1 - b) / 4 + 5 / a),
    "exp, log": (lambda a, b: ((a + b).exp() + 1).log(), lambda a, b: ((a + b).exp() + 1).log()),
    "used twice": (lambda a, b: (a * b).tanh() * (a * b) + a,
                   lambda a, b: (a * b).tanh() * (a * b) + a),
}  # fmt: skip


@settings(max_examples=30)
@pytest.mark.parametrize("name", FORMULAS)
@given(a=NUMBERS, b=NUMBERS)
def test_arithmetic_agrees_with_pytorch(name, a, b):
    ours, theirs = FORMULAS[name]
    values = Value(a), Value(b)
    tensors = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (a, b)]
    result, expected = ours(*values), theirs(*tensors)
    result.backward()
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-12)
    for value, tensor in zip(values, tensors, strict=True):
        assert value.grad == pytest.approx(tensor.grad.item(), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"identity"}))
def test_activations_are_the_library_s(name):
    for x in (-2.5, -0.3, 0.0, 0.7, 40.0):
        value = Value(x)
        result = getattr(value, name)().backward()
        assert result.op == name
        assert result.data == float(ACTIVATIONS[name](x))
        assert value.grad == float(ACTIVATIONS[name].derivative(x))


def test_the_graph_can_be_read():
    w, x, b = Value(2, "w"), Value(3, "x"), Value(-1, "b")
    product = w * x
    result = product + b
    assert (result.op, result.inputs, result.slopes) == ("+", (product, b), (1.0, 1.0))
    assert (product.op, product.inputs, product.slopes) == ("×", (w, x), (3.0, 2.0))
    assert (w.op, w.inputs) == ("", ())
    order = result.topological_order()
    assert len(order) == 5
    place = {id(v): i for i, v in enumerate(order)}
    assert all(place[id(i)] < place[id(v)] for v in order for i in v.inputs)
    result.backward()
    assert repr(w) == "Value(2, grad=3, label='w')"
    assert repr(result) == "Value(5, grad=1, op='+')"


def test_given_numbers_add_up_and_results_start_anew():
    w = Value(3.0)
    square = w * w
    result = square + w
    result.backward()
    assert (w.grad, square.grad) == (7, 1)
    result.backward()
    assert (w.grad, square.grad) == (14, 1)
    (2 * w).backward()
    assert w.grad == 16
    result.zero_grad()
    assert (w.grad, square.grad, result.grad) == (0, 0, 0)


@given(st.lists(st.tuples(st.sampled_from("+-×"), st.integers(0, 50), st.integers(0, 50)),
                min_size=1, max_size=20))  # fmt: skip
def test_any_graph_of_sums_and_products_agrees_with_pytorch(steps):
    values = [Value(0.5), Value(-1.2), Value(0.9)]
    tensors = [torch.tensor(v.data, dtype=torch.float64, requires_grad=True) for v in values]
    ours, theirs = list(values), list(tensors)
    apply = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "×": lambda a, b: a * b}
    for op, i, j in steps:
        ours.append(apply[op](ours[i % len(ours)], ours[j % len(ours)]))
        theirs.append(apply[op](theirs[i % len(theirs)], theirs[j % len(theirs)]))
    assume(abs(ours[-1].data) < 1e100)
    ours[-1].backward()
    theirs[-1].backward()
    for value, tensor in zip(values, tensors, strict=True):
        expected = 0.0 if tensor.grad is None else tensor.grad.item()
        assert value.grad == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_numpy_numbers_work_from_both_sides():
    v = Value(3.0)
    for result in (np.float64(2) * v, v * np.float32(2), np.int64(2) * v):
        assert isinstance(result, Value)
        assert result.data == 6


def test_edges():
    assert Value(1000).exp().data == math.inf
    assert (Value(-10.0) ** 400).data == math.inf
    assert (Value(-10.0) ** 401).data == -math.inf
    x = Value(0.0)
    (x**0 + x**1).backward()
    assert x.grad == 1
    leaf = Value(2.0)
    assert leaf.backward().grad == 1


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda: Value("2"), TypeError, "data must be a real number, got '2'"),
        (lambda: Value(True), TypeError, "data must be a real number, got True"),
        (lambda: Value(2) + "1", TypeError, "data must be a real number"),
        (lambda: Value(0).log(), ValueError, "log needs a number above 0, got 0"),
        (lambda: Value(-2) ** 0.5, ValueError, "-2 to the power 0.5 is not a real number"),
        (lambda: Value(0) ** -1, ValueError, "0 to the power -1 is not a real number"),
        (lambda: Value(-2) ** Value(2), ValueError, "needs a base above 0, got -2"),
        (lambda: Value(1) / 0, ZeroDivisionError, "division by zero"),
        (lambda: Value(1).apply("step"), ValueError, "f must be one of relu"),
    ],
)
def test_what_has_no_value_is_explained(f, error, message):
    with pytest.raises(error, match=message):
        f()


def scalar_loss(model, x, target):
    """The network and its cross-entropy, one number at a time; parameters, layer by layer."""
    layers = [
        ([[Value(w) for w in row] for row in layer.W], [Value(b) for b in layer.b])
        for layer in model.layers
    ]
    a = [Value(v) for v in x]
    for i, (W, b) in enumerate(layers):
        z = []
        for row, total in zip(W, b, strict=True):
            for w, v in zip(row, a, strict=True):
                total = total + w * v
            z.append(total if i == len(layers) - 1 else total.relu())
        a = z
    top = max(v.data for v in a)  # a shift cancels, so it needs no gradient
    total = Value(0.0)
    for v in a:
        total = total + (v - top).exp()
    return total.log() + top - a[target], layers


@pytest.mark.parametrize(
    "sizes",
    [
        [5, 7, 3],
        pytest.param([256, 512, 256, 128, 100], marks=pytest.mark.slow),  # 308,708 parameters
    ],
)
def test_a_network_of_scalars_agrees_with_the_vectorised_one(sizes):
    rng = np.random.default_rng(0)
    model, x = MLP(sizes, rng=rng), rng.normal(size=sizes[0])
    loss, layers = scalar_loss(model, x, 1)
    loss.backward()
    output = model.forward(x[None], training=True)
    assert loss.data == pytest.approx(cross_entropy(output, [1]), rel=1e-12)
    model.backward(cross_entropy.gradient(output, [1]))
    for (W, b), layer in zip(layers, model.layers, strict=True):
        assert_allclose([[w.grad for w in row] for row in W], layer.dW, rtol=1e-9, atol=1e-13)
        assert_allclose([v.grad for v in b], layer.db, rtol=1e-9, atol=1e-13)


def test_a_chain_far_deeper_than_python_s_stack():
    x = Value(0.0)
    total = x
    for _ in range(100_000):
        total = total + x
    total.backward()
    assert x.grad == 100_001

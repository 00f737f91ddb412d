"""The code that the chapters print computes what the library computes."""

import inspect
import pkgutil
from importlib import import_module
from types import FunctionType

import numpy as np
import pytest

import ffnlib.teaching
from ffnlib import nn
from ffnlib.analysis import _piecewise as piecewise
from ffnlib.nn import Block, FeedForward, LayerNorm, Linear, RMSNorm, cross_entropy
from ffnlib.teaching import activations as taught_activations
from ffnlib.teaching import backprop, ffn, neurons
from ffnlib.teaching import softmax as taught_softmax
from ffnlib.training import Adam, Momentum, Nesterov

MODULES = [import_module(f"ffnlib.teaching.{m.name}")
           for m in pkgutil.iter_modules(ffnlib.teaching.__path__)]  # fmt: skip
FUNCTIONS = [f for m in MODULES for f in vars(m).values()
             if isinstance(f, FunctionType) and f.__module__ == m.__name__]  # fmt: skip


def same(ours, fast, rtol=1e-12, atol=1e-14):
    np.testing.assert_allclose(ours, fast, rtol=rtol, atol=atol)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_each_fits_on_a_slide(function):
    assert len(inspect.getsource(function).splitlines()) <= 12


def test_dense_forward_and_backward(rng):
    layer = Linear(5, 3, rng=rng)
    layer.b[:] = rng.normal(size=3)
    x, delta = rng.normal(size=(8, 5)), rng.normal(size=(8, 3))
    same(neurons.dense(x, layer.W, layer.b), layer.forward(x))
    dW, db, da = backprop.dense_backward(delta, x, layer.W)
    same(da, layer.backward(x, delta))
    same(dW, layer.dW)
    same(db, layer.db)


def test_hinges(rng):
    x, (t, v) = np.linspace(-2, 2, 41), rng.normal(size=(2, 6))
    same(neurons.hinge_sum(x, t, v, 0.5), piecewise.evaluate(x, t, 0.5, v))


def test_activations(rng):
    x = np.concatenate([rng.normal(0, 30, 500), [-800.0, 0.0, 800.0]])
    same(taught_activations.sigmoid(x), nn.sigmoid(x))
    same(taught_activations.softplus(x), nn.softplus(x))
    same(taught_activations.leaky_relu(x, 0.01), nn.leaky_relu(x))


def test_a_gradient_goes_back_through_a_layer(rng):
    layer, x, g = Linear(5, 3, rng=rng), rng.normal(size=(8, 5)), rng.normal(size=(8, 3))
    z = layer.forward(x)
    delta = nn.gelu.pull_back(g, z, np.empty_like(z))
    ours = taught_activations.through_layer(g, z, layer.W, nn.gelu)
    same(ours, layer.backward(x, delta))


def test_softmax_family(rng):
    z = rng.normal(0, 300, size=(20, 7))
    same(taught_softmax.softmax(z), nn.softmax(z))
    same(taught_softmax.logsumexp(z), nn.logsumexp(z, keepdims=True))
    # numbers of about 1,000 are rounded by about 1e-13; the library's log1p keeps more near 0
    same(taught_softmax.log_softmax(z), nn.log_softmax(z), atol=1e-12)
    t = rng.integers(0, 7, 20)
    p = nn.softmax(z)
    same(backprop.loss_gradient(p, np.eye(7)[t]), cross_entropy.gradient(z, t))


@pytest.mark.parametrize(
    ("taught", "fast"), [(backprop.heavy_ball, Momentum), (backprop.nesterov, Nesterov)]
)
def test_momentum_and_nesterov(taught, fast, rng):
    theta = rng.normal(size=6)
    kept, v = theta.copy(), np.zeros(6)
    optimizer = fast([kept], 0.1)
    for g in rng.normal(size=(9, 6)):
        theta, v = taught(theta, v, g, 0.1)
        optimizer.step([g])
        same(theta, kept)


def test_adam(rng):
    theta = rng.normal(size=6)
    kept, m, v = theta.copy(), np.zeros(6), np.zeros(6)
    optimizer = Adam([kept], 0.01)
    for t, g in enumerate(rng.normal(size=(9, 6)), start=1):
        theta, m, v = backprop.adam(theta, m, v, g, t, 0.01)
        optimizer.step([g])
        same(theta, kept, rtol=1e-9)


def test_swiglu_and_norms(rng):
    x = rng.normal(3, 2, size=(2, 5, 12))
    block = FeedForward(12, rng=rng)
    same(ffn.swiglu(x, block.gate.W, block.up.W, block.down.W), block.forward(x), rtol=1e-11)
    gamma, beta = rng.normal(size=(2, 12))
    centred, plain = LayerNorm(12), RMSNorm(12)
    centred.gain[:], centred.bias[:], plain.gain[:] = gamma, beta, gamma
    same(ffn.layer_norm(x, gamma, beta), centred.forward(x), rtol=1e-10)
    same(ffn.rms_norm(x, gamma), plain.forward(x))


def test_a_layer_of_a_transformer(rng):
    block, x = Block(8, 2, rng=rng), rng.normal(size=(2, 5, 8))
    ours = ffn.pre_norm_layer(
        x, block.attention.forward, block.ffn.forward, block.norm1.forward, block.norm2.forward
    )
    same(ours, block.forward(x))

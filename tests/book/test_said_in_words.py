"""Comparisons that chapters 1 to 5 state in words, computed again."""

import numpy as np
import pytest

from ffnlib.analysis import gradient_flow, linear_pieces, one_step_trial
from ffnlib.explorers.neurons.pieces import random_relu_net
from ffnlib.nn import MLP, FeedForward, LayerNorm, relu
from ffnlib.training import Adam, dead_units


def test_random_depth_makes_no_more_pieces_than_width() -> None:
    def median(sizes: list[int]) -> float:
        nets = [random_relu_net(sizes, seed) for seed in range(30)]
        return float(np.median([len(linear_pieces(n, -3, 3)[0]) for n in nets]))

    for depth in (2, 5, 10):
        assert median([1, *[8] * depth, 1]) <= median([1, 8 * depth, 1])


def test_inputs_of_mean_zero_prevent_deaths_at_rate_1_and_only_some_at_rate_4() -> None:
    def dead(rate: float, centred: bool) -> float:
        shares = []
        for seed in range(10):
            rng = np.random.default_rng(seed)
            trial = one_step_trial(relu, rate, centred=centred, rng=rng)
            shares.append(dead_units(relu.derivative(trial.after.forward(trial.x))).mean())
        return float(np.mean(shares))

    assert dead(1, centred=True) < 0.1 * dead(1, centred=False)
    assert 0.4 * dead(4, centred=False) < dead(4, centred=True) < 0.8 * dead(4, centred=False)


def test_for_tanh_glorot_shrinks_both_ways_and_weights_5_thirds_as_large_keep_the_signal() -> None:
    """Ten layers of 100 units, as in the explorer of chapter 3."""

    def shares(init: str | float) -> tuple[float, float]:
        found = []
        for seed in range(5):
            rng = np.random.default_rng(seed)
            net = MLP([100] * 11, "tanh", rng=rng, init=init, bias=False, output="tanh")
            x, g = rng.normal(size=(2, 100, 100))
            flow = gradient_flow(net, x, g)
            found.append([flow.signal[-1] / flow.signal[0], flow.gradient[0] / flow.gradient[-1]])
        signal, gradient = np.exp(np.log(found).mean(axis=0))
        return float(signal), float(gradient)

    signal, gradient = shares("glorot")
    assert 0.15 < signal < 0.35
    assert 0.15 < gradient < 0.35
    signal, gradient = shares("he")
    assert 0.45 < signal < 0.65
    assert 0.8 < gradient < 1.3
    signal, gradient = shares(5 / 3 * np.sqrt(1 / 100))
    assert 0.55 < signal < 0.75
    assert 1.4 < gradient < 2.6


def test_pytorch_recommends_5_thirds_for_tanh() -> None:
    torch = pytest.importorskip("torch")
    assert torch.nn.init.calculate_gain("tanh") == pytest.approx(5 / 3)


def test_adam_moves_by_the_rate_for_constant_gradients_and_by_a_fifth_of_it_for_noise() -> None:
    rng = np.random.default_rng(0)

    def mean_step(noise: bool) -> float:
        theta, moved = np.zeros(1000), []
        optimizer = Adam([theta], 0.01)
        for _ in range(500):
            before = theta.copy()
            optimizer.step([rng.normal(0, 3, 1000) if noise else np.full(1000, 3.0)])
            moved.append(np.abs(theta - before).mean())
        return float(np.mean(moved[100:]) / 0.01)

    assert abs(mean_step(noise=False) - 1) < 1e-6
    assert 0.16 < mean_step(noise=True) < 0.22


def norm_gradients(
    order: str, variant: str, depth: int, seed: int, d: int = 32
) -> tuple[float, float]:
    """Return the last block's weight gradient, and the stream's gradient at block 1 over last."""
    rng = np.random.default_rng(seed)
    blocks = [(FeedForward(d, variant=variant, rng=rng), LayerNorm(d)) for _ in range(depth)]
    x, g = rng.normal(size=(2, 64, d))
    for ffn, norm in blocks:
        if order == "pre":
            x = x + ffn.forward(norm.forward(x, training=True), training=True)
        else:
            x = norm.forward(x + ffn.forward(x, training=True), training=True)
    if order == "pre":
        last = LayerNorm(d)
        last.forward(x, training=True)
        g = last.backward(g)
    weights, stream = [], []
    for ffn, norm in reversed(blocks):
        g = norm.backward(g) if order == "post" else g
        through = ffn.backward(g)
        g = g + (norm.backward(through) if order == "pre" else through)
        weights.append(float(np.linalg.norm(ffn.down.dW)))
        stream.append(float(np.linalg.norm(g)))
    return weights[0], stream[-1] / stream[0]


def test_near_the_output_post_norm_gradients_stay_large_and_pre_norm_ones_fall_with_depth() -> None:
    """Xiong et al. (2020), for every variant without a gate and every seed."""
    for variant in ("relu", "gelu"):
        for seed in range(3):
            post = [norm_gradients("post", variant, n, seed)[0] for n in (6, 24, 96)]
            pre = [norm_gradients("pre", variant, n, seed)[0] for n in (6, 24, 96)]
            assert max(post) < 1.5 * min(post)
            assert pre[0] > 1.5 * pre[1] > 2.25 * pre[2]
            assert min(np.array(post) / pre) > 1.3
            assert post[2] > 3.5 * pre[2]


def test_the_stream_gradient_grows_little_with_gelu_and_by_hundreds_with_post_norm_swiglu() -> None:
    for seed in range(3):
        assert 1 < norm_gradients("post", "gelu", 48, seed)[1] < 8
        assert 3 < norm_gradients("pre", "gelu", 48, seed)[1] < 10
        assert 200 < norm_gradients("post", "swiglu", 48, seed)[1] < 600
        assert norm_gradients("pre", "swiglu", 48, seed)[1] < 60

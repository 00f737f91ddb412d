"""Checks of what is said about the feed-forward block: what it computes, and of what."""

from __future__ import annotations

import numpy as np

from claims.checks.ffn_counts import Values
from ffnlib._base.arrays import Array
from ffnlib.nn import PRESETS, Attention, FeedForward, Linear, identity, relu, sigmoid, silu

D, D_FF, SEQ = 16, 43, 7
GRAIN = 1e-12
"""Differences below this are rounding."""


def _block(variant: str = "swiglu", seed: int = 0, bias: bool = False) -> FeedForward:
    return FeedForward(D, D_FF, variant, rng=np.random.default_rng(seed), bias=bias)


def _tokens(seed: int = 1) -> Array:
    return np.random.default_rng(seed).normal(size=(1, SEQ, D))  # (batch, seq, d_model)


def _matrices(block: FeedForward) -> tuple[Array, Array, Array]:
    assert block.gate is not None
    return block.gate.W, block.up.W, block.down.W


def each_position_alone() -> Values:
    """Shuffle the positions of a sequence, then change one of them."""
    block, x = _block(), _tokens()
    order = np.random.default_rng(2).permutation(SEQ)
    shuffled = float(np.abs(block.forward(x[:, order]) - block.forward(x)[:, order]).max())
    assert shuffled < GRAIN
    changed = x.copy()
    changed[:, 2] += 1
    moved = np.abs(block.forward(changed) - block.forward(x)).max(axis=-1)[0] > GRAIN
    assert moved.tolist() == [i == 2 for i in range(SEQ)]
    attention = Attention(D, 2, rng=np.random.default_rng(0))
    mixed = np.abs(attention.forward(changed) - attention.forward(x)).max(axis=-1)[0] > GRAIN
    return {
        "bound": GRAIN, "moved": int(moved.sum()), "mixed": int(mixed.sum()), "of": SEQ,
    }  # fmt: skip


def one_by_one() -> Values:
    """Compute a sequence at once and position by position."""
    block, x = _block(), _tokens()
    alone = np.stack([block.forward(x[0, t]) for t in range(SEQ)])
    error = float(np.abs(block.forward(x)[0] - alone).max())
    assert error < GRAIN
    return {"bound": GRAIN}


def widens() -> Values:
    """Compare the hidden size of LLaMA-7B with its width."""
    config = PRESETS["LLaMA-7B"]
    assert config.d_ff > config.d_model
    return {"d": config.d_model, "d_ff": config.d_ff}


def shapes() -> Values:
    """Build a plain and a gated block and read the shapes of their weights."""
    plain, gated = _block("relu"), _block("swiglu")
    said = [
        ", ".join(
            f"{name.removesuffix('.W')} {W.shape[0]} × {W.shape[1]}"
            for name, W in block.named_parameters().items()
        )
        for block in (plain, gated)
    ]
    return {"plain": said[0], "gated": said[1]}


def gate_branch() -> Values:
    """Compute w2(silu(w1 x) * w3 x) as the released LLaMA code does, and compare."""
    block, x = _block(), _tokens()
    w1, w3, w2 = _matrices(block)
    error = float(np.abs(block.forward(x) - (silu(x @ w1.T) * (x @ w3.T)) @ w2.T).max())
    assert error < GRAIN
    return {"bound": GRAIN}


def wrong_branch() -> Values:
    """Put SiLU on the up projection instead, with the weights as they are and exchanged."""
    block, x = _block(), np.random.default_rng(1).normal(size=(2000, D))
    w1, w3, w2 = _matrices(block)
    right = block.forward(x)
    wrong = ((x @ w1.T) * silu(x @ w3.T)) @ w2.T
    exchanged = ((x @ w3.T) * silu(x @ w1.T)) @ w2.T
    assert np.abs(exchanged - right).max() < GRAIN
    error = float(np.linalg.norm(wrong - right) / np.linalg.norm(right))
    assert error > 0.5
    return {"error": error}


def sum_or_product() -> Values:
    """Set the gate's weights to zero in the printed form and in SwiGLU."""
    x = _tokens()[0]
    rng = np.random.default_rng(0)
    w2, w3 = rng.normal(size=(D, D)), rng.normal(size=(D, D))
    closed = FeedForward.from_layers(
        Linear.from_arrays(np.zeros((D, D))), Linear.from_arrays(w3), Linear.from_arrays(w2)
    )
    printed = silu(x @ np.zeros((D, D))) @ w3 + x @ w2
    assert np.array_equal(closed.forward(x), np.zeros_like(x))
    assert np.allclose(printed, x @ w2)
    return {"product": float(np.abs(closed.forward(x)).max()), "sum": float(np.abs(printed).max())}


def degree_two() -> Values:
    """Double the input of a bilinear, a ReGLU and a ReLU block."""
    x, factors = _tokens()[0], {}
    for variant in ("bilinear", "reglu", "relu"):
        block = _block(variant)
        factors[variant] = float(np.mean(block.forward(2 * x) / block.forward(x)))
    assert abs(factors["bilinear"] - 4) < 1e-9
    assert abs(factors["reglu"] - 4) < 1e-9
    assert abs(factors["relu"] - 2) < 1e-9
    return factors


def split_after_projecting() -> Values:
    """Project once to 2 d_ff numbers and split those; split the input instead."""
    block, x = _block("glu"), _tokens()[0]
    w1, w3, w2 = _matrices(block)
    fused = x @ np.concatenate([w1, w3]).T  # (seq, 2 d_ff)
    gate, value = np.split(fused, 2, axis=-1)
    same = (sigmoid(gate) * value) @ w2.T
    assert np.abs(same - block.forward(x)).max() < GRAIN
    left, right = np.split(x, 2, axis=-1)
    halves = sigmoid(left) * right
    assert halves.shape[-1] == D // 2
    return {"projected": fused.shape[-1], "half": halves.shape[-1], "bound": GRAIN, "d": D}


def gradient_of_a_gate() -> Values:
    """Send a gradient through x·σ(x) by the product rule, with the gate open and closed."""
    z = np.array([8.0, -8.0])
    linear, bent = sigmoid(z), z * sigmoid.derivative(z)
    assert np.allclose(silu.derivative(z), linear + bent)
    return {"open": float(linear[0]), "closed": float(linear[1])}


def two_keys() -> Values:
    """Write a plain and a gated block as sums over their hidden units."""
    x, errors = _tokens()[0], []
    for variant, f in (("relu", relu), ("swiglu", silu)):
        block = _block(variant)
        total = np.zeros_like(x)
        for i in range(D_FF):
            key, value = block.up.W[i], block.down.W[:, i]
            weight = f(x @ key) if block.gate is None else f(x @ block.gate.W[i]) * (x @ key)
            total += np.outer(weight, value)
        errors.append(float(np.abs(total - block.forward(x)).max()))
    assert max(errors) < GRAIN
    return {"bound": GRAIN, "units": D_FF}


def attention_is_not_linear() -> Values:
    """Double the input of causal attention and of its values alone."""
    layer, x = Attention(D, 2, rng=np.random.default_rng(0)), _tokens()
    once, twice = layer.forward(x), layer.forward(2 * x)
    off = float(np.linalg.norm(twice - 2 * once) / np.linalg.norm(2 * once))
    assert off > 0.01
    return {"off": off}


def linear_in_tokens() -> Values:
    """Count what a block and attention's scores cost for a sequence, and for twice its length."""
    config = PRESETS["LLaMA-7B"]
    cost = {n: {p: n * c for p, c in config.flops(n).items()} for n in (2048, 4096)}
    return {part: cost[4096][part] // cost[2048][part] for part in ("ffn", "scores")}


def gates_are_no_percentage() -> Values:
    """Evaluate SiLU far to both sides, and at its lowest."""
    x = np.linspace(-10, 10, 20_001)
    assert float(silu(x).max()) > 1
    assert float(identity(x).max()) > 1
    return {"high": float(silu(np.array([10.0]))[0]), "low": float(silu(x).min())}


def without_biases() -> Values:
    """Build the block with and without biases and count them."""
    counts = [_block("swiglu", bias=b).num_parameters for b in (True, False)]
    assert counts[0] - counts[1] == 2 * D_FF + D
    return {"biases": counts[0] - counts[1], "weights": counts[1], "d": D, "d_ff": D_FF}

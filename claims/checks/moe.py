"""Checks of what is said about routers, their losses, and what a mixture of experts costs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ffnlib.explorers.moe.router_run import EXPERTS, Settings, begin, step
from ffnlib.moe import MoE, expert_shares, load_balancing_loss, sinkhorn, top_k_gates
from ffnlib.nn import PRESETS, count_parameters, softmax

Values = dict[str, float | int | str]

MIXTRAL = PRESETS["Mixtral-8x7B"]


def mixtral_counted() -> Values:
    """Count Mixtral's parameters from the sizes in Table 1 of its paper."""
    total, active = MIXTRAL.total, MIXTRAL.active
    assert (total, active) == (46_702_792_704, 12_879_925_248)
    return {"total": total, "active": active, "share": active / total, "times": 8 * 7}


def mixtral_layers() -> Values:
    """Count the routers, and send a random token through one of its size."""
    routers = MIXTRAL.parameters()["router"] // (MIXTRAL.d_model * MIXTRAL.num_experts)
    assert routers == MIXTRAL.n_layers
    z = np.random.default_rng(0).normal(size=(1, MIXTRAL.num_experts))
    indices = top_k_gates(z, MIXTRAL.top_k).indices
    assert len(set(indices[0].tolist())) == MIXTRAL.top_k
    return {"layers": MIXTRAL.n_layers, "k": MIXTRAL.top_k, "experts": MIXTRAL.num_experts}


def switch_loss() -> Values:
    """Compute the Switch loss for a router that is even, and for one that has collapsed."""
    n, batch, alpha = 8, 64, 0.01
    even = load_balancing_loss(
        np.full((batch, n), 1 / n), np.arange(batch)[:, None] % n, alpha
    )  # every expert gets its share
    certain = np.zeros((batch, n))
    certain[:, 0] = 1
    collapsed = load_balancing_loss(certain, np.zeros((batch, 1), np.int64), alpha)
    assert abs(even - alpha) < 1e-15
    assert abs(collapsed - alpha * n) < 1e-15
    return {"alpha": alpha, "even": even, "collapsed": collapsed, "n": n}


def below_even() -> Values:
    """Compute N Σ f·P for ten tokens of which six go where the mean probability is smaller."""
    p = np.array([[0.55, 0.45]] * 6 + [[0.3, 0.7]] * 4)
    top = top_k_gates(np.log(p), 1)
    f, mean = expert_shares(top.indices, 2), p.mean(axis=0)
    loss = load_balancing_loss(p, top.indices, 1.0)
    assert loss < 1
    # where shares and probabilities agree, even is best: N Σ f² is at least 1
    shares = np.random.default_rng(0).dirichlet(np.ones(4), size=1000)
    assert (4 * np.square(shares).sum(axis=1) >= 1).all()
    return {
        "loss": loss,
        "f1": float(f[0]),
        "f2": float(f[1]),
        "p1": float(mean[0]),
        "p2": float(mean[1]),
    }


def all_or_two() -> Values:
    """Multiply one token's least wanted expert by ten, in a mixture of all and in one of two."""
    rng = np.random.default_rng(0)
    sparse, x = MoE(6, 8, 4, 2, rng=rng), rng.normal(size=(1, 6))
    dense = MoE.from_layers(sparse.router, sparse.experts, top_k=4)
    before = [layer.forward(x) for layer in (dense, sparse)]
    worst = int(sparse.router.forward(x).argmin())
    sparse.experts[worst].down.W *= 10  # the same experts are in both
    moved = [
        float(np.abs(layer.forward(x) - y).max())
        for layer, y in zip((dense, sparse), before, strict=True)
    ]
    assert moved[0] > 1e-3
    assert moved[1] == 0
    return {"all": moved[0], "two": moved[1]}


def what_is_computed() -> Values:
    """Put nan into an expert that no token was sent to, and count four experts' parameters."""
    rng = np.random.default_rng(0)
    layer, x = MoE(6, 8, 4, 2, rng=rng), rng.normal(size=(3, 6))
    idle = set(range(4)) - set(layer.route(x).indices.reshape(-1).tolist())
    assert idle
    for e in idle:
        layer.experts[e].down.W[...] = np.nan
    assert np.isfinite(layer.forward(x)).all()
    assert np.isnan(layer.dense_reference(x)).any()
    sizes = [784, 800, 800, 10]
    dense = count_parameters(sizes)
    hidden = count_parameters(sizes[:-1])
    mixture = dense + 3 * hidden  # the output layer stays single; routers left out
    assert mixture > 3 * dense
    return {"dense": dense, "mixture": mixture, "k": 2, "all": 4}


def chosen_by_published() -> Values:
    """Read k and the number of experts from the published sizes."""
    deep = PRESETS["DeepSeek-V3"]
    assert (MIXTRAL.top_k, deep.top_k, deep.num_experts, deep.shared_experts) == (2, 8, 256, 1)
    return {
        "mixtral": MIXTRAL.top_k,
        "deepseek": deep.top_k,
        "of": deep.num_experts,
        "shared": deep.shared_experts,
    }


def mass_kept() -> Values:
    """Keep the two largest of eight softmax probabilities, without dividing by their sum."""
    z = np.random.default_rng(0).normal(size=(10_000, 8))
    top, p = top_k_gates(z, 2), softmax(z)
    kept = np.take_along_axis(p, top.indices, axis=1)  # (tokens, 2)
    mass = float(kept.sum(axis=1).mean())
    renormalized = kept / kept.sum(axis=1, keepdims=True)
    difference = float(np.abs(renormalized - top.gates).max())
    assert difference < 1e-14
    assert 0.5 < mass < 0.6
    return {"mass": mass, "bound": 1e-14}


def constant_compute() -> Values:
    """Double Mixtral's experts, and compare what is stored and what a token takes."""
    doubled = replace(MIXTRAL, num_experts=2 * MIXTRAL.num_experts)
    ffn = MIXTRAL.flops(0)["ffn"]
    assert doubled.flops(0)["ffn"] == ffn
    router = doubled.flops(0)["router"] - MIXTRAL.flops(0)["router"]
    return {
        "more": router / sum(MIXTRAL.flops(0).values()),
        "stored": 2 * MIXTRAL.total / 1e9,
        "doubled": 2 * doubled.total / 1e9,
        "read": 2 * MIXTRAL.active / 1e9,
    }


def needs_balance() -> Values:
    """Train the explorer's mixture on tokens that are much alike, without the loss and with it."""
    last = {}
    for name, balance in (("without", 0.0), ("with", 0.1)):
        run = begin(Settings(shared=3.0, balance=balance, sets_in=100))
        for _ in range(400):
            step(run)
        last[name] = run.measured[-1]
    before, after = (max(last[name].shares) for name in ("without", "with"))
    assert before == 1
    assert after < 0.4
    assert last["without"].accuracy < 0.6 < 0.95 < last["with"].accuracy
    return {
        "before": before,
        "after": after,
        "even": 1 / EXPERTS,
        "wrong": last["without"].accuracy,
        "right": last["with"].accuracy,
    }


def balanced_by_scaling() -> Values:
    """Balance the logits of a random router whose first expert is ahead, by Sinkhorn's rounds."""
    z = np.random.default_rng(0).normal(size=(4096, 8))
    z[:, 0] += 1.5
    before = float(softmax(z).mean(axis=0).max())
    balanced = sinkhorn(z)
    shares = balanced.matrix.mean(axis=0)
    assert balanced.imbalance <= 1e-6
    return {
        "before": before,
        "low": float(shares.min()),
        "high": float(shares.max()),
        "rounds": balanced.rounds,
    }

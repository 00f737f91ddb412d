"""Checks of the parameter counts, and of the tables they are compared with."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ffnlib.nn import MLP, count_parameters

Values = dict[str, float | int | str]

SYMBOLS, EMBEDDING, CONTEXT = 80, 32, 8  # the character model of source S1
CHARACTER_NET = [CONTEXT * EMBEDDING, 128, 128, SYMBOLS]


def character_net() -> Values:
    """Count the parameters of the character network of the source, embedding included."""
    table = SYMBOLS * EMBEDDING
    parts = [count_parameters(list(pair)) for pair in pairwise(CHARACTER_NET)]
    total = table + count_parameters(CHARACTER_NET)
    assert total == table + sum(parts) == 62_288
    return {"sum": " + ".join(f"{n:,}" for n in [table, *parts]), "total": total}


def ngram_table() -> Values:
    """Count the entries of n-gram tables over 80 symbols and divide by the network's parameters."""
    net = int(character_net()["total"])
    five, six = SYMBOLS**5, SYMBOLS**6
    nine = SYMBOLS ** (CONTEXT + 1)
    assert five == 3_276_800_000
    assert six == 262_144_000_000
    return {
        "contexts": SYMBOLS**4,
        "five": five,
        "six": six,
        "net": net,
        "ratio": round(five / net),
        "claimed_ratio": round(six / net),
        "like_for_like": nine / net,
    }


def context_window() -> Values:
    """Gather the embeddings of the k characters before position t and concatenate them."""
    embedding = np.random.default_rng(0).normal(size=(SYMBOLS, EMBEDDING))
    text, t = np.arange(40) % SYMBOLS, 30
    positions = [t - CONTEXT + i for i in range(CONTEXT)]
    x = np.concatenate([embedding[text[p]] for p in positions])
    assert (positions[0], positions[-1]) == (t - CONTEXT, t - 1)
    assert x.size == CHARACTER_NET[0]
    return {
        "context": CONTEXT,
        "first": positions[0],
        "last": positions[-1],
        "t": t,
        "size": x.size,
    }


def image_layer() -> Values:
    """Count inputs and parameters of a linear map from a 28×28 image to ten classes."""
    inputs = 28 * 28
    assert inputs == 784
    return {"inputs": inputs, "parameters": count_parameters([inputs, 10])}


def small_net() -> Values:
    """Count the parameters of the 4-3-2-1 network."""
    net = MLP([4, 3, 2, 1], rng=np.random.default_rng(0))
    weights = sum(layer.W.size for layer in net.layers)
    biases = sum(layer.d_out for layer in net.layers)
    assert net.num_parameters == weights + biases == 26
    return {"total": weights + biases, "weights": weights, "biases": biases}

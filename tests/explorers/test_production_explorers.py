"""Explorers of roofline, cost and sharding: what they draw is what the library computes."""

import re
from itertools import pairwise, product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.explorers.production import cost, roofline, sharding
from ffnlib.explorers.production._quantities import PRECISIONS, share_said, time_said
from ffnlib.explorers.production.cost import SETUPS
from ffnlib.explorers.production.sharding import D_MODEL, MOST, RIGHT, computed
from ffnlib.figures import Arrows, Bars, Handle, HeatMap, Line, Rule, Scatter
from ffnlib.nn import PRESETS
from ffnlib.production import HARDWARE, MISTAKES, attainable, cost_per_million, latency, layer_work
from tests.explored import marks

A100 = HARDWARE["A100 80GB SXM"]


# ---- words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2e-7, "0.2 µs"), (0.000215, "215 µs"), (0.0082, "8.2 ms"), (1.0, "1 s"), (61.4, "61.4 s")],
)
def test_times_are_said_in_a_unit_that_fits(seconds, words):
    assert time_said(seconds) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [(0, "0 %"), (1e-6, "less than 0.1 %"), (0.004, "0.4 %"), (0.5, "50 %"), (0.999, "99.9 %"),
     (1 - 1e-6, "more than 99.9 %"), (1, "100 %")],
)  # fmt: skip
def test_shares_are_not_rounded_to_nothing_or_all(part, words):
    assert share_said(part, 1) == words


# ---- roofline


@pytest.mark.parametrize("machine", HARDWARE)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_points_are_on_the_roof_and_the_whole_layer_is_under_it(machine, precision):
    scene = roofline(machine=machine, precision=precision, batch=5)
    kept = PRECISIONS[precision]
    device = HARDWARE[machine]
    points = {point.label: point for point in marks(scene, Scatter, panel=0)}
    for phase in ("decode", "prefill"):
        parts = layer_work(PRESETS["LLaMA-7B"], 32, 2048, phase, kept)
        for part in ("ffn", "scores"):
            point = points[f"{phase} {part}"]
            assert point.x == [parts[part].intensity]
            roof = attainable(point.x[0], device, kept.activations)
            assert_allclose(point.y, roof / 1e12)
        layer = points[f"{phase}, layer"]
        assert layer.y[0] <= attainable(layer.x[0], device, kept.activations) / 1e12 * (1 + 1e-12)
    (ridge,) = marks(scene, Rule, panel=0)
    assert ridge.x == device.ridge(kept.activations)


def test_the_block_becomes_compute_bound_where_the_batch_passes_the_ridge():
    ridge = A100.ridge("bfloat16")
    for batch in range(11):
        scene = roofline(batch=batch)
        (point,) = (p for p in marks(scene, Scatter, panel=0) if p.label == "decode ffn")
        assert ("arithmetic limits it" in scene.text) == (point.x[0] >= ridge)
    assert "memory limits it" in roofline(batch=7).text
    assert "arithmetic limits it" in roofline(batch=8).text


def test_a_batch_shares_the_weights_but_not_keys_and_values():
    ffn, scores = (line.y for line in marks(roofline(), Line, panel=1))
    assert ffn[7] < 1.05 * ffn[0]
    assert_allclose(scores[7], 128 * scores[0], rtol=1e-9)
    (handle,) = marks(roofline(batch=3), Handle)
    assert (handle.x, handle.y) == (3, ffn[3])


def test_bytes_limit_one_sequence_so_fewer_bits_are_faster_in_their_ratio():
    times = {
        p: marks(roofline(precision=p), Handle)[0].y
        for p in ("bf16", "int8 weights", "int4 weights")
    }
    assert times["bf16"] / times["int8 weights"] == pytest.approx(2, rel=1e-3)
    assert times["bf16"] / times["int4 weights"] == pytest.approx(4, rel=3e-3)


# ---- cost


@pytest.mark.parametrize("setup", SETUPS)
def test_the_costs_are_those_of_the_library(setup):
    name, devices = SETUPS[setup]
    scene = cost(setup=setup, batch=4, price=3.5)
    expected = latency(PRESETS["LLaMA-7B"], HARDWARE[name], 1024, 256, 16, devices=devices)
    row = next(row for row in scene.table.rows if row[0] == 16)
    assert row[3] == expected.tokens_per_second
    assert row[4] == cost_per_million(expected.tokens_per_second, 3.5, devices)
    assert row[6] == ("yes" if expected.fits else "no")
    weights, cache, both = marks(scene, Bars)[0].values
    assert weights + cache == both == expected.memory / 1e9


def test_a_larger_batch_is_cheaper_and_slower_until_it_does_not_fit():
    rows = cost().table.rows
    prices_, fits = [row[4] for row in rows], [row[6] for row in rows]
    assert all(b < a for a, b in pairwise(prices_))
    assert fits == sorted(fits, reverse=True)
    assert {"yes", "no"} == set(fits)
    assert "cannot run" in cost(batch=7).text
    assert "cannot run" not in cost(batch=5).text
    crosses = [p for p in marks(cost(), Scatter) if p.classes is not None]
    assert np.count_nonzero(crosses[0].classes) == fits.count("no")


# ---- sharding


@pytest.mark.parametrize("variant", ["reglu", "geglu", "swiglu"])
@pytest.mark.parametrize("devices", range(1, MOST + 1))
def test_the_right_split_adds_up_and_the_arrows_end_at_the_bars(variant, devices):
    scene = sharding(devices=devices, variant=variant, seed=3)
    out = computed(devices, RIGHT, variant, 3)
    assert_allclose(sum(out.terms) + out.bias, out.expected, atol=1e-14)
    assert out.sent == 2 * (devices - 1) * D_MODEL * 8
    *_, last = marks(scene, Arrows)
    bars = [line for line in marks(scene, Line, panel=1) if line.role == "output"]
    assert_allclose(np.add(last.y, last.dy), [bar.y[0] for bar in bars], atol=1e-14)
    assert not [line for line in marks(scene, Line) if line.role == "error"]
    assert len(marks(scene, HeatMap)) == 3


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_split_misses_and_says_by_how_much(mistake):
    for seed in range(4):
        scene = sharding(devices=3, split=mistake, seed=seed)
        error = float(re.search(r"wrong by ([\d.]+) %", scene.text)[1])
        rows = {row[0]: np.array(row[1:]) for row in scene.table.rows}
        gap = np.linalg.norm(rows["sum"] - rows["whole layer"])
        assert error == pytest.approx(100 * gap / np.linalg.norm(rows["whole layer"]), rel=0.01)
        assert error > 1
        assert [line for line in marks(scene, Line) if line.role == "error"]
    assert "right even so" in sharding(devices=1, split=mistake).text


def test_every_split_on_offer_applies_to_every_variant_on_offer():
    for split, variant in product(*(sharding.controls[n].stops() for n in ("split", "variant"))):
        scene = sharding(split=split, variant=variant, devices=2)
        assert ("The mistake" in scene.text) == (split in MISTAKES)
    answer = sharding.answer({"split": "gate and up cut differently", "variant": "relu"})
    assert "needs a gated variant" not in str(answer)

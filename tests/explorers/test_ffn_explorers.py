"""The explorers of the feed-forward chapter, against the library and at their edges."""

import math

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.explorers.ffn import gates, memory, models, positions, shazeer, sizer
from ffnlib.explorers.ffn.gates import NAMES, closed_share, direction
from ffnlib.explorers.ffn.memory import DOWN, UP, _block, _layer, _tiny
from ffnlib.explorers.ffn.positions import TOKENS, _attention
from ffnlib.explorers.ffn.shazeer import STEPS, TABLE, UNITS, apart
from ffnlib.explorers.ffn.sizer import nearest
from ffnlib.figures import Bars, HeatMap, Scatter
from ffnlib.language import key_value_memory as reading
from ffnlib.nn import ACTIVATION_OF, GATED, PRESETS, Attention, ffn_parameters, hidden_size
from tests.explored import marks

# ---- sizes


@pytest.mark.parametrize(
    ("d", "d_ff"), [(4096, 11008), (5120, 13824), (6656, 17920), (8192, 22016)]
)
def test_sizer_says_the_sizes_of_llama(d, d_ff):
    scene = sizer(d_model=d)
    block = 3 * d * d_ff
    assert f"rounded up to {d_ff:,}" in scene.text
    assert f"holds {block:,} weights" in scene.text
    assert f"takes {2 * block:,} operations" in scene.text


def test_sizer_reproduces_a_preset():
    config = PRESETS["LLaMA-13B"]
    rows = dict(sizer(d_model=5120, layers=40).table.rows)
    parts = config.parameters()
    assert rows["weights of all layers"] == f"{parts['attention'] + parts['ffn']:,}"
    assert float(rows["gigabytes in bf16"]) == pytest.approx(
        2e-9 * (parts["attention"] + parts["ffn"]), abs=1e-3
    )
    assert float(rows["gigabytes in fp32"]) == pytest.approx(
        8 * float(rows["gigabytes in int4"]), abs=5e-3
    )


@pytest.mark.parametrize("variant", ["relu", "swiglu"])
def test_sizer_counts_matrices(variant):
    scene = sizer(variant=variant, ratio=2.5, multiple=64)
    d_ff = hidden_size(4096, variant, 64, 2.5 / 4)
    assert f"{ffn_parameters(4096, d_ff, variant):,}" in scene.text
    assert len(marks(scene, Bars)[0].values) == 3 + (variant in GATED)


def test_the_nearest_multiple_is_smaller_for_three_of_four():
    found = [nearest(d, "swiglu", 256, 4.0) for d in (4096, 5120, 6656, 8192)]
    assert found == [11008, 13568, 17664, 21760]
    near, up = (np.asarray(m.y) for m in marks(sizer(), Scatter)[:2])
    assert np.all(up >= 0)
    assert np.all(up < 256)
    assert np.all(np.abs(near) <= 128)
    assert np.all((up - near) % 256 == 0)


@pytest.mark.parametrize("name", PRESETS)
def test_models_say_their_totals(name):
    config = PRESETS[name]
    scene = models(model=name, context=13, precision="int8")
    assert f"{config.total:,} parameters" in scene.text
    assert (f"{config.active:,} of them" in scene.text) == (config.active != config.total)
    assert f"{100 * config.ffn_share(8192):.1f} % of those in the layers" in scene.text
    held, spent = (np.asarray(m.values) for m in marks(scene, Bars))
    assert_allclose([held.sum(), spent.sum()], 100)


# ---- positions


@pytest.mark.parametrize("variant", sorted(ACTIVATION_OF))
@pytest.mark.parametrize("token", range(1, 7))
def test_only_its_own_output_moves(token, variant):
    scene = positions(token=token, x=-1.3, y=0.4, variant=variant)
    own, mixed = (np.array([row[i] for row in scene.table.rows]) for i in (1, 2))
    assert np.flatnonzero(own).tolist() == [token - 1]
    assert np.flatnonzero(mixed > 1e-12).tolist() == list(range(token - 1, 6))
    assert f"only output {token} moves" in scene.text


def test_a_token_in_its_place_moves_nothing():
    x, y = TOKENS[3]
    scene = positions(token=4, x=float(x), y=float(y))
    assert scene.text.count("no output moves") == 2


def test_the_attention_shown_is_the_librarys():
    layer = _attention()
    assert isinstance(layer, Attention)
    weights = layer.weights(TOKENS[None])[0, 0]
    assert_allclose(weights.sum(axis=1), 1)
    assert_allclose(np.triu(weights, 1), 0)


# ---- gates


@pytest.mark.parametrize("variant", NAMES)
def test_the_unit_is_the_product_of_its_streams(variant):
    scene = gates(variant=variant, gate_turn=70, up_turn=200, x1=-1.25, x2=0.5)
    opened, value, unit = (np.asarray(m.z) for m in marks(scene, HeatMap))
    assert_allclose(unit, opened * value, rtol=1e-12)
    g, u, x = direction(70), direction(200), np.array([-1.25, 0.5])
    f = ACTIVATION_OF[variant]
    _, a, passed, b, y = scene.table.rows[0]
    assert_allclose([a, b], [g @ x, u @ x])
    assert passed == pytest.approx(float(f(np.array([g @ x]))[0]))
    assert y == pytest.approx(passed * b)


def test_bilinear_and_reglu_grow_with_the_square():
    for variant in ("bilinear", "reglu"):
        rows = gates(variant=variant).table.rows
        assert rows[1][4] == pytest.approx(4 * rows[0][4])


def test_a_relu_gate_closes_half_the_square_and_a_bilinear_one_almost_none():
    relu, none = (closed_share(ACTIVATION_OF[v], 30) for v in ("reglu", "bilinear"))
    assert relu == pytest.approx(0.5, abs=0.03)
    assert none < 0.05


# ---- the published table


def test_the_table_is_the_published_one():
    """Spot checks against arXiv:2002.05202, Table 1."""
    assert TABLE["SwiGLU"] == (1.944, 0.010, 1.636)
    assert TABLE["ReLU"] == (1.997, 0.005, 1.677)
    assert sum(run.short for run in TABLE.values()) == pytest.approx(15.755)
    assert sum(run.long for run in TABLE.values()) == pytest.approx(13.264)


def test_differences_in_standard_deviations():
    assert apart("GeGLU", "SwiGLU") == pytest.approx(0.371, abs=1e-3)
    assert apart("ReLU", "SwiGLU") == pytest.approx(9.48, abs=1e-2)
    assert apart("ReLU", "GELU", "524,288") == pytest.approx(0.283, abs=1e-3)


@pytest.mark.parametrize("steps", STEPS)
@pytest.mark.parametrize("unit", UNITS)
def test_both_units_and_lengths(steps, unit):
    scene = shazeer(steps=steps, unit=unit, spread=1.0)
    best = TABLE["GeGLU"]
    value = best.short if steps == "65,536" else best.long
    said = math.exp(value) if unit == "perplexity" else value
    assert f"After {steps} steps GeGLU has the lowest {unit}, {said:.3f}" in scene.text
    assert {row[0] for row in scene.table.rows} == set(TABLE)


def test_who_the_best_bar_meets_depends_on_its_length():
    assert "overlaps no other" in shazeer(spread=0).text
    assert "overlaps that of SwiGLU." in shazeer(spread=1.0).text
    assert "Bilinear" in shazeer(spread=2.0).text
    assert "From GeGLU to SwiGLU" in shazeer(against="GeGLU").text


# ---- memory


@pytest.mark.parametrize("layer", [1, 2])
def test_a_unit_is_read_as_the_library_reads_it(layer):
    tiny = _tiny()
    scene = memory(layer=layer, rank=3)
    unit = int(_layer(layer - 1).order[2])
    assert scene.text.startswith(f"Unit {unit} of block {layer} is active")
    best = reading.triggers(tiny.model, tiny.held_out, layer - 1, unit, n=1)[0]
    read, following, m = scene.table.rows[0]
    assert m == pytest.approx(best.coefficient)
    assert following in (best.following, "␣", "↵")
    assert best.before[-5:].replace("\n", " ") == read[-5:]
    pushed = reading.pull_of_unit(tiny.model, layer - 1, unit)
    shown = np.asarray(marks(scene, Bars)[0].values)
    assert_allclose(shown[:UP], pushed.logits[:UP])
    assert_allclose(shown[-DOWN:], pushed.logits[-DOWN:])


def test_the_most_helpful_unit_comes_first():
    tiny, found = _tiny(), _layer(1)
    came = tiny.model.vocabulary.encode(tiny.held_out)
    pushes = reading.pull(tiny.model, reading.values(_block(1)))
    first, last = (
        float(np.mean(found.activity[:, u] * pushes[u, came])) for u in found.order[[0, -1]]
    )
    assert first > 0 > last


def test_what_one_types_is_read_as_far_as_it_is_known():
    assert "None of the characters you typed" in memory(text="日本語").text
    assert "None of the characters you typed" in memory(text="").text
    assert memory(text="the日 net").text == memory(text="the net").text
    assert len(marks(memory(text="a"), Bars)) == 2

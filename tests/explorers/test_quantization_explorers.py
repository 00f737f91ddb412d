"""The explorers of the quantization chapter: what they draw is what the library computes."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.explorers.quantization import (
    bits,
    budget,
    digits,
    formats,
    gptq,
    outliers,
)
from ffnlib.explorers.quantization.bits import CLIPS, COLUMNS, GROUPS, ROWS, SCHEMES, WEIGHTS
from ffnlib.explorers.quantization.bits import matrix as matrix_bits
from ffnlib.explorers.quantization.budget import (
    LAYERS,
    NETWORKS,
    allowed,
    alone,
    best,
    every_choice,
    game,
)
from ffnlib.explorers.quantization.digits import METHODS, SHOWN, read, reader
from ffnlib.explorers.quantization.formats import COLUMNS as WIDE
from ffnlib.explorers.quantization.formats import FORMATS, LARGE
from ffnlib.explorers.quantization.formats import matrix as matrix_formats
from ffnlib.explorers.quantization.gptq import D_IN, run
from ffnlib.explorers.quantization.gptq import draw as draw_gptq
from ffnlib.explorers.quantization.outliers import ALPHAS, HOT, layer, smoothed_errors
from ffnlib.explorers.quantization.outliers import error as error_outliers
from ffnlib.explorers.quantization.rotation import METHODS as WAYS
from ffnlib.explorers.quantization.rotation import error as error_rotation
from ffnlib.explorers.quantization.rotation import layer as layer_rotation
from ffnlib.explorers.quantization.rotation import prepared
from ffnlib.explorers.quantization.sparsity import pruned
from ffnlib.figures import Bars, Handle, HeatMap, Line, Rule, Scatter
from ffnlib.quantization import (
    BLOCK_FORMATS,
    decode,
    decode_float,
    dequantize,
    encode,
    encode_float,
    model_nbytes,
    quantize,
    quantize_model,
    relative_error,
    smoothquant_scales,
)
from ffnlib.quantization import gptq as library_gptq
from tests.explored import marks

# ---- levels


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("shared", GROUPS)
def test_levels_drawn_are_the_levels_used(weights, scheme, shared):
    scene = bits(bits=4, weights=weights, scheme=scheme, shared=shared)
    ticks = marks(scene, Line, panel=0)[-1]
    drawn = np.unique(np.asarray(ticks.x)[np.isfinite(ticks.x)])
    z = quantize(matrix_bits(weights), 4, GROUPS[shared], scheme == "symmetric",
                 scale_dtype=np.float16)  # fmt: skip
    used = np.unique(dequantize(z)[0, : z.group_size])
    assert len(drawn) <= 16
    for value in used:
        assert np.min(np.abs(drawn - value)) < 1e-5


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("count", [2, 5, 8])
def test_points_are_the_errors_and_those_not_cut_off_stay_within_half_a_step(clip, count):
    scene = bits(bits=count, clip=clip)
    (points,) = marks(scene, Scatter, panel=2)
    half = np.asarray(marks(scene, Line, panel=2)[0].y)[0]
    w, error = np.asarray(points.x), np.asarray(points.y)
    assert_allclose(w, matrix_bits("normal")[0])
    inside = np.abs(w) <= half * (2**count - 1)
    assert np.all(np.abs(error[inside]) <= half * 1.001)
    assert clip != "largest" or inside.all()


@pytest.mark.parametrize("shared", GROUPS)
def test_bytes_are_counted_by_hand(shared):
    weights = ROWS * COLUMNS
    steps = {"matrix": 1, "row": 8, "group of 32": 32, "group of 8": 128}[shared]
    scene = bits(bits=4, shared=shared)
    assert_allclose(marks(scene, Bars)[0].values, [4 * weights, 2 * weights,
                                                   weights / 2 + 2 * steps])  # fmt: skip


def test_what_the_links_of_the_chapter_promise():
    def error(**setting):
        row = next(r for r in bits(**setting).table.rows if r[0] == setting.get("bits", 4))
        return row[-1]

    assert error(bits=8) < error(bits=4) / 8 < error(bits=2)
    unequal = "small and large rows"
    assert error(weights=unequal, shared="row") < error(weights=unequal, shared="matrix")
    assert error(weights="one-sided", scheme="affine") < error(weights="one-sided")
    outlying = "two outliers"
    assert error(weights=outlying, shared="group of 8") < 0.6 * error(weights=outlying)
    assert error(clip="least error") < error()


# ---- formats


@pytest.mark.parametrize("form", FORMATS)
def test_stored_weights_lie_on_levels_that_are_drawn(form):
    scene = formats(form=form, outlier=9)
    (levels,), points = marks(scene, Line, panel=0), marks(scene, Scatter, panel=0)
    x, y = np.asarray(levels.x), np.asarray(levels.y)
    reach = scene.panels[0].y[1]
    for place, value in zip(points[1].x, points[1].y, strict=True):
        here = y[:-1:3][(x[:-1:3] <= place) & (x[1::3] >= place)]
        assert np.abs(here - value).min() <= 0.006 * reach
    assert len(points[0].x) == WIDE
    assert points[0].y[LARGE] == 9


@pytest.mark.parametrize("weights", ["normal", "heavy tails"])
def test_the_table_of_formats_is_what_the_library_computes(weights):
    w = matrix_formats(weights, 6)
    for name, _, per_weight, error in formats(weights=weights).table.rows:
        if name in BLOCK_FORMATS:
            stored = encode(w, name)
            assert per_weight == 8 * stored.nbytes / w.size
            assert error == pytest.approx(100 * relative_error(decode(stored, w.dtype), w))


def test_what_the_text_says_of_the_formats():
    def errors(**setting):
        return {row[0]: row[-1] for row in formats(**setting).table.rows}

    plain, outlying, heavy = errors(outlier=0), errors(outlier=12), errors(weights="heavy tails")
    assert plain["NF4"] < min(plain["NVFP4"], plain["INT4"], plain["MXFP4"])
    assert outlying["NVFP4"] < min(outlying["NF4"], outlying["INT4"], outlying["MXFP4"])
    assert outlying["INT4"] > 1.3 * plain["INT4"]
    assert outlying["NVFP4"] < 1.05 * plain["NVFP4"]
    assert heavy["NVFP4"] < heavy["NF4"] < heavy["INT4"]
    assert plain["NF4 double"] < 1.01 * plain["NF4"]
    assert plain["FP8 E4M3"] < 0.6 * plain["FP8 E5M2"]
    assert plain["FP8 E4M3"] < plain["MXFP8"]
    w = matrix_formats("normal", 0).reshape(-1, 32)
    ideal = np.abs(w).max(1, keepdims=True) / 6
    back = decode_float(encode_float(w / ideal, "E2M1"), "E2M1") * ideal
    due_to_scale = plain["MXFP4"] - 100 * relative_error(back, w)
    assert due_to_scale > 0.5 * (plain["MXFP4"] - plain["NVFP4"])


# ---- GPTQ


@pytest.mark.parametrize("order", ["given", "activity"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_the_end_of_the_run_is_what_the_library_gives(count, order):
    pushed, nearest = run(count, 0.9, order, 0)
    w, x = draw_gptq(0.9, 0)
    assert len(pushed) == len(nearest) == D_IN + 1
    assert_allclose(pushed[-1].w, dequantize(library_gptq(w, x, count, "channel", order=order)),
                    atol=1e-12)  # fmt: skip
    assert_allclose(nearest[-1].w, dequantize(quantize(w, count, "channel")), atol=1e-12)
    assert_allclose(pushed[0].w, w)
    assert sorted(s.column for s in pushed[1:]) == list(range(D_IN))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("correlation", [0.5, 0.9])
def test_outputs_gain_what_the_weights_lose(seed, correlation):
    pushed, nearest = run(3, correlation, "given", seed)
    assert pushed[-1].output_error < nearest[-1].output_error
    assert pushed[-1].weight_error > nearest[-1].weight_error


def test_columns_not_reached_are_changed_by_gptq_alone():
    pushed, nearest = run(3, 0.9, "given", 0)
    w = pushed[0].w
    assert_allclose(nearest[5].w[:, 5:], w[:, 5:])
    assert np.all(pushed[5].w[:, 5:] != w[:, 5:])


def test_the_picture_shows_the_change_and_where_it_has_come():
    scene = gptq(steps=5)
    pushed, nearest = run(3, 0.9, "given", 0)
    for field, state in zip(marks(scene, HeatMap), (pushed[5], nearest[5]), strict=True):
        assert_allclose(np.asarray(field.z)[::-1], state.w - pushed[0].w)
    assert [rule.x for rule in marks(scene, Rule)] == [5, 5]
    assert not marks(gptq(steps=0), Rule)
    assert "Nothing is rounded yet" in gptq(steps=0).text


# ---- outliers


def test_smoothing_leaves_the_product_as_it_is():
    x, w = layer(61)
    s = smoothquant_scales(x, w, 0.5)
    assert_allclose((x / s) @ (w * s).T, x @ w.T, rtol=1e-12)
    assert int(np.argmax(np.abs(x).max(axis=0))) == HOT


@pytest.mark.parametrize("hot", [17, 61, 121])
def test_one_step_a_token_hardly_helps_but_smoothing_does(hot):
    x, w = layer(hot)
    matrix, row, group = (error_outliers(x, w, 8, way) for way in ("matrix", "row", "group"))
    assert row > 0.8 * matrix
    assert group < 0.6 * row
    assert smoothed_errors(hot, 8, "row", (0.5,))[0] < 0.25 * row
    errors = smoothed_errors(hot, 8, "matrix", ALPHAS)
    best = int(np.argmin(errors))
    assert 0 < best < len(errors) - 1


def test_the_handle_lies_on_the_curve_and_the_rule_at_the_plain_error():
    scene = outliers(alpha=0.35)
    (handle,) = marks(scene, Handle)
    (curve,) = marks(scene, Line, panel=2)
    (rule,) = marks(scene, Rule)
    assert handle.y == pytest.approx(curve.y[curve.x.index(0.35)])
    x, w = layer(61)
    assert rule.y == pytest.approx(100 * error_outliers(x, w, 8, "matrix"))


# ---- rotation


@pytest.mark.parametrize("method", WAYS)
def test_no_method_changes_the_product_of_exact_numbers(method):
    ready, (_, x, w) = prepared(10, method), layer_rotation(10)
    assert_allclose(ready.x @ ready.w.T, x @ w.T, atol=1e-10)


def test_what_the_text_says_of_rotations():
    floats, four = ({w: error_rotation(10, w, kind) for w in WAYS} for kind in ("floats", "4 bits"))
    assert 1 < floats["rotation"] / floats["nearest"] < 1.25
    for method in ("SmoothQuant", "AWQ", "GPTQ"):
        assert 0.45 < floats[method] / floats["nearest"] < 0.65
    assert floats["both"] < 0.75 * min(v for m, v in floats.items() if m != "both")
    assert four["GPTQ"] > 0.9 * four["nearest"]
    assert four["rotation"] < 0.6 * four["nearest"]
    assert max(four["SmoothQuant"], four["AWQ"], four["both"]) < 0.45 * four["nearest"]
    even = [error_rotation(1, w, "4 bits") for w in ("nearest", "rotation", "SmoothQuant")]
    assert max(even) < 1.15 * min(even)


# ---- sparsity


def test_what_the_text_says_of_pruning():
    def right(share, method, pattern="any"):
        return pruned(share, method, pattern).accuracy

    for share in (30, 40, 50, 60, 70):
        assert right(share, "Wanda") > right(share, "magnitude")
    assert max(right(80, m) for m in ("Wanda", "magnitude")) < 0.7
    assert right(80, "Wanda") < right(80, "magnitude") + 0.02
    for method in ("Wanda", "magnitude"):
        assert right(50, method, "2:4") < right(50, method)
        assert pruned(50, method, "2:4").zeros == 0.5
    assert right(50, "Wanda", "2:4") > right(50, "magnitude", "2:4") + 0.05


def test_wanda_clears_dark_pixels_first():
    x = reader().train.x[:256]
    dark = np.linalg.norm(x, axis=0) < 0.2
    assert dark.sum() >= 4
    assert not pruned(30, "Wanda", "any").weights[:, dark].any()
    assert pruned(30, "magnitude", "any").weights[:, dark].any()


# ---- digits


def test_the_network_reads_well_and_survives_eight_bits():
    base = reader()
    right = np.mean(base.said == base.test.y)
    assert right > 0.95
    for method in METHODS:
        assert abs(read(8, method, "row", "largest").accuracy - right) < 0.005
        assert abs(read(4, method, "row", "largest").accuracy - right) < 0.012


def test_at_two_bits_gptq_reads_what_rounding_to_nearest_cannot():
    nearest, pushed = (read(2, m, "row", "largest").accuracy for m in METHODS)
    assert nearest < 0.8
    assert pushed > 0.9


def test_the_sentence_the_table_and_the_mistakes_agree():
    scene = digits(bits=2)
    share = next(r for r in scene.table.rows if r[0] == 2)[1]
    mistakes = np.asarray(marks(scene, HeatMap)[0].z)
    total = len(reader().test.y)
    assert mistakes.sum() == round(total * (1 - share / 100))
    assert np.all(np.diag(mistakes) == 0)
    assert re.search(rf"{share:.1f} % of {total} unseen digits", scene.text)


def test_at_most_six_lost_images_are_shown_and_none_is_said():
    assert len(marks(digits(bits=2), HeatMap, panel=2)) == SHOWN
    for method in METHODS:
        scene = digits(bits=8, method=method)
        lost = int(re.search(r"now misreads (\d+) digits", scene.text)[1])
        assert len(marks(scene, HeatMap, panel=2)) == min(lost, SHOWN)


# ---- the budget


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_same_bits_everywhere_are_a_quantized_model(count):
    g = game(3)
    model = quantize_model(g.model, count, "channel", engine="numpy")
    spent = every_choice(3)[count, count, count]
    for images, misread in [(g.chosen_with, spent.misread), (g.unseen, spent.unseen)]:
        assert np.sum(model.predict(images.x) != images.y) == misread
    assert spent.nbytes == model_nbytes(model) - sum(layer.b.nbytes for layer in model.layers)


def test_each_image_is_trained_on_chosen_with_or_unseen():
    g = game(1)
    seen = {image.tobytes() for image in g.chosen_with.x}
    assert len(g.chosen_with.y) == len(g.unseen.y)
    assert not seen & {image.tobytes() for image in g.unseen.x}


@pytest.mark.parametrize("network", range(1, NETWORKS + 1))
def test_nothing_within_the_budget_beats_the_best(network):
    every = every_choice(network)
    top = every[best(network)]
    within = [spent for spent in every.values() if spent.nbytes <= allowed(network)]
    assert top in within
    assert top.misread == min(spent.misread for spent in within)
    assert len(within) < len(every) / 2


def test_one_layer_rounded_to_eight_bits_loses_next_to_nothing():
    g = game(2)
    trained = np.sum(g.model.predict(g.chosen_with.x) != g.chosen_with.y)
    for i in range(len(LAYERS)):
        wrong = alone(2, i)
        assert abs(wrong[-1] - trained) <= 1 < wrong[0] - trained


def test_the_best_choice_is_named_only_when_it_is_asked_for():
    assert "best" not in budget().text
    asked = budget(reveal=True)
    top = best(1)
    assert f"is {top[0]}, {top[1]} and {top[2]} bits" in asked.text
    assert len(marks(asked, Scatter, panel=2)) == len(marks(budget(), Scatter, panel=2)) + 2

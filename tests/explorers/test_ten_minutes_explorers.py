"""The explorers of the opening chapter: handwriting is read, and every number is the network's."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.explorers.ten_minutes import reader, weight
from ffnlib.explorers.ten_minutes.digit_run import (
    SIDE,
    STEPS,
    as_image,
    bitmap,
    data,
    measure,
    network,
    probabilities,
)
from ffnlib.figures import Bars, Canvas, HeatMap
from tests.explored import marks
from tests.explorers.handwriting import EMPTY, STROKES, packed, written


@pytest.mark.parametrize("digit", STROKES)
@pytest.mark.parametrize(("size", "shift"), [(1.0, (0, 0)), (0.5, (12, 3)), (0.6, (0, 12))])
def test_handwriting_is_read_wherever_and_however_large_it_is(digit, size, shift):
    scene = reader(drawn=packed(written(digit, size, shift)))
    assert scene.text.startswith(f"Your drawing becomes 64 numbers. It reads a {digit} (")


def test_a_drawing_becomes_an_image_as_the_datasets_were_made():
    cells = EMPTY.copy()
    cells[8:24, 12:20] = True  # scaled to 32 by 16, in the middle
    image = as_image(cells).reshape(SIDE, SIDE)
    assert_array_equal(image, np.tile([0, 0, 1, 1, 1, 1, 0, 0], (SIDE, 1)))
    assert_array_equal(as_image(np.roll(cells, (5, -9), (0, 1))), image.ravel())
    dot = EMPTY.copy()
    dot[3, 30] = True
    assert_array_equal(as_image(dot), np.ones(SIDE * SIDE))
    assert_array_equal(bitmap(packed(written(5))), written(5))
    (sheet,) = marks(reader(drawn=packed(cells)), Canvas)
    assert_array_equal(sheet.z, cells)


def test_reading_shows_the_network_of_the_two_lines():
    (W1, b1), (W2, b2) = ((layer.W, layer.b) for layer in network().layers)
    x = data()[1].x[3]
    logits = np.maximum(x @ W1.T + b1, 0) @ W2.T + b2
    p = np.exp(logits) / np.exp(logits).sum()
    (bars,) = marks(reader(image=3), Bars)
    assert_allclose(bars.values, p, rtol=1e-12)


def test_one_weight_is_changed_and_the_trained_network_stays():
    before = network().layers[0].W.copy()
    scene = weight(unit=2, column=3, row=5, change=4.0, image=1)
    assert_array_equal(network().layers[0].W, before)
    maps = [np.asarray(m.z)[::-1] for m in marks(scene, HeatMap)]
    expected = before[2].reshape(SIDE, SIDE).copy()
    expected[5, 3] += 4.0
    assert_allclose(maps[1], expected)
    assert_allclose(maps[2], maps[0] * maps[1])
    model = network()
    model.layers[0].W[2, 5 * SIDE + 3] += 4.0
    x = data()[1].x[1]
    assert_allclose(marks(scene, Bars)[1].values, probabilities(model, x))
    assert f"reads {100 * measure(model).accuracy:.3g} %" in scene.text


def test_a_weight_in_the_middle_matters_and_one_at_the_edge_does_not():
    model = network()
    base = measure(model).accuracy
    lost = {}
    for place, column in (("middle", 4), ("edge", 0)):
        model = network()
        model.layers[0].W[1, 4 * SIDE + column] += 5
        lost[place] = base - measure(model).accuracy
    assert lost["middle"] > 0.1
    assert abs(lost["edge"]) < 0.005


def test_training_ends_above_ninety_five_per_cent_and_starts_near_guessing():
    assert measure(network(0)).accuracy < 0.2
    assert measure(network(STEPS)).accuracy > 0.95
    early, late = (measure(network(step)) for step in (100, STEPS))
    assert 0.8 < early.loss / early.test_loss < 1.2
    assert late.loss < 0.7 * late.test_loss  # it knows its own examples better

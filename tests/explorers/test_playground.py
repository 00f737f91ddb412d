"""The training playground: it learns, repeats itself, and says what goes wrong."""

import re

import numpy as np
import pytest

from ffnlib.explorers.backprop import playground
from ffnlib.explorers.backprop.playground_run import (
    DATASETS,
    FEATURES,
    POINTS,
    REACH,
    Settings,
    begin,
    inputs,
    maps,
    parse_widths,
    step,
)

SIX = ("x₁", "x₂", "x₁²", "x₂²", "sin x₁", "sin x₂")


def trained(epochs, **settings):
    run = begin(Settings(**settings))
    for _ in range(epochs):
        step(run)
    return run


def test_it_solves_the_spirals():
    run = trained(60, features=SIX)
    assert run.epochs[-1].test_accuracy >= 0.95
    assert run.epochs[0].test_accuracy < 0.7


@pytest.mark.parametrize("data", DATASETS)
def test_points_are_two_classes_inside_the_square(data):
    run = begin(Settings(data=data, noise=0.2))
    for part in (run.train, run.test):
        assert len(part.y) == POINTS // 2
        assert np.abs(part.plane).max() <= REACH
        assert set(part.y.tolist()) == {0, 1}
    together = {tuple(p) for p in run.train.plane} & {tuple(p) for p in run.test.plane}
    assert not together  # nothing to test on was learnt from


def test_features_are_what_they_are_called():
    x = np.array([[0.5, -0.25]])
    seen = inputs(x, tuple(FEATURES))
    expected = [0.5, -0.25, 0.25, 0.0625, -0.125, np.sin(2.5), np.sin(-1.25)]
    np.testing.assert_allclose(seen, [expected])


def test_the_output_map_is_the_difference_of_the_probabilities():
    run = trained(3, features=SIX)
    grid = maps(run, 5)
    corner = run.model.forward(inputs(np.array([[-REACH, REACH]]), SIX))[0]
    p = np.exp(corner - corner.max())
    p /= p.sum()
    assert grid.output[-1, 0] == pytest.approx(p[1] - p[0])
    assert [u.shape for u in grid.units] == [(6, 5, 5), (8, 5, 5), (8, 5, 5)]


@pytest.mark.parametrize(("text", "widths"), [("8, 8", (8, 8)), ("", ()), ("3 10,1", (3, 10, 1))])
def test_widths_are_read(text, widths):
    assert parse_widths(text) == widths


@pytest.mark.parametrize("text", ["0", "11", "8;8", "-3", "1 1 1 1 1 1", "eight"])
def test_widths_that_cannot_be_are_refused_in_words(text):
    with pytest.raises(ValueError, match="at most 5 widths from 1 to 10"):
        parse_widths(text)
    assert "at most 5 widths" in playground.answer({"hidden": text})["error"]


def test_a_run_can_be_rewound_and_repeated():
    forward = [playground.answer({"epoch": n})["svg"] for n in (0, 3, 25)]
    back = [playground.answer({"epoch": n})["svg"] for n in (25, 3, 0)]
    assert forward == back[::-1]
    assert playground.answer({"epoch": 3, "seed": 1})["svg"] != forward[1]


def test_a_rate_that_is_too_large_is_said():
    answer = playground.answer(
        {"epoch": 60, "optimizer": "sgd", "learning_rate": 3.0, "activation": "identity",
         "hidden": "10 10 10 10 10", "init": "he"}
    )  # fmt: skip
    assert "not a number any more" in answer["text"]
    assert "nan" not in re.sub(r'data-ys="[^"]*"', "", answer["svg"])  # what is drawn is finite


def test_zero_weights_never_start():
    answer = playground.answer({"epoch": 5, "init": "zeros", "activation": "relu"})
    run = trained(5, init="zeros", activation="relu")
    assert all(norm == 0 for norm in run.epochs[-1].gradient_norms[:-1])
    assert "error" not in answer


@pytest.mark.parametrize(
    "params",
    [
        {"hidden": ""},
        {"hidden": "1"},
        {"features": ["sin x₂"]},
        {"dropout": 0.5, "weight_decay": 0.1},
        {"optimizer": "nesterov", "batch_size": 5},
        {"data": "blobs", "noise": 0.3, "activation": "gelu"},
    ],
)
def test_every_setting_gives_a_picture(params):
    answer = playground.answer({"epoch": 4, **params}, "narrow")
    assert answer["svg"].startswith("<svg")
    assert answer["text"].startswith("After 4 epochs")


# ---- what the cards promise


def card(name):
    return next(card.params for card in playground.cards if card.name == name)


def losses(scene):
    """The test loss and the training loss drawn, one a moment."""
    test, training = (mark for mark in scene.panels[2].marks)
    return np.array(test.y), np.array(training.y)


def test_the_card_of_the_spirals_learns_them():
    accuracy = dict(playground(epoch=60, **card("spirals")).table.rows)["test accuracy"]
    assert accuracy > 0.95


def test_the_card_of_too_high_a_rate_jumps():
    _, loss = losses(playground(epoch=40, **card("too high a rate")))
    assert loss[1:].min() > 1
    assert np.any(np.diff(loss) > 1)
    assert np.any(np.diff(loss) < -1)


def test_the_card_of_dead_units_has_a_layer_that_answers_nothing():
    network = playground(epoch=40, **card("dead")).panels[0].marks[0]
    assert not np.any(network.maps[2])


def test_the_card_of_overfitting_turns_up_on_the_test_points_only():
    test, training = losses(playground(epoch=120, **card("overfit")))
    assert test[-1] > 1.3 * test.min()
    assert training[-1] < 1.1 * training.min()


def test_a_unit_switched_off_is_heard_by_nobody_and_the_run_goes_on_without_notice():
    whole = playground(epoch=60)
    silent = playground(epoch=60, off=["unit 1 of layer 2"])
    network = silent.panels[0].marks[0]
    assert not np.any(network.weights[2][:, 0])
    assert np.all(network.maps[1] == whole.panels[0].marks[0].maps[1])
    assert np.any(silent.panels[1].marks[0].z != whole.panels[1].marks[0].z)
    assert whole.text in silent.text
    assert "Without unit 1 of layer 2 it would be" in silent.text
    assert silent.table == whole.table
    assert playground(epoch=61).text == playground(epoch=61, off=[]).text


def test_a_unit_that_is_not_there_changes_nothing_and_a_wrong_name_is_refused():
    whole, other = (playground(off=off) for off in ([], ["unit 99 of layer 9"]))
    assert np.all(whole.panels[1].marks[0].z == other.panels[1].marks[0].z)
    with pytest.raises(ValueError, match="names look like"):
        playground(off=["unit one"])

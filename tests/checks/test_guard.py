"""In an exercise notebook nothing of ffnlib but its checks can be imported."""

import importlib
import sys

import numpy as np
import pytest
from bank import message

import ffnlib
from ffnlib import checks
from ffnlib.checks import guard

pytestmark = pytest.mark.usefixtures("nothing_refused")

SENTENCE = r"ffnlib\.{} is disabled in this notebook, like all of ffnlib but checks: write what you"


@pytest.fixture
def notebook():
    """The namespace of a notebook that has run its first cell."""
    names = {"__name__": "__main__", "np": np}
    exec("from ffnlib import checks\nchecks.begin('softmax')", names)
    return names


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import ffnlib.nn._softmax", "nn"),
        ("from ffnlib.nn import softmax", "nn"),
        ("from ffnlib.nn import _softmax as softmax", "nn"),
        ("import importlib\nimportlib.import_module('ffnlib.nn._network')", "nn"),
        ("import ffnlib.explorers.lora", "explorers"),
        ("from ffnlib.datasets import digits", "datasets"),
    ],
)
def test_no_other_module_can_be_imported(notebook, source, module):
    with pytest.raises(ImportError, match=SENTENCE.format(module)):
        exec(source, notebook)


def test_what_was_imported_before_is_gone_and_comes_back():
    module = importlib.import_module("ffnlib.nn._network")
    checks.begin("neurons")
    checks.begin("lora")
    assert "ffnlib.nn._network" not in sys.modules
    assert not hasattr(ffnlib, "nn")
    with pytest.raises(ImportError, match=SENTENCE.format("nn")):
        importlib.import_module("ffnlib.nn._network")
    assert all(isinstance(globals().pop(name), guard.Missing) for name in guard.WRITTEN["lora"])
    guard.restore()
    assert importlib.import_module("ffnlib.nn._network") is module is ffnlib.nn._network


def test_what_stays_in_use_works_as_always():
    from ffnlib.nn import MLP

    model = MLP([2, 3, 1], activation="gelu", rng=np.random.default_rng(0))
    wanted = model.forward(np.ones((4, 2)))
    checks.begin("activations")
    np.testing.assert_array_equal(model.forward(np.ones((4, 2))), wanted)


def test_the_check_tells_of_an_import_within_a_function(notebook):
    exec("def gelu(x):\n    from ffnlib.nn import gelu\n    return gelu(x)", notebook)
    said = message("gelu", notebook["gelu"])
    assert "gelu stopped: ffnlib.nn is disabled in this notebook" in said


@pytest.mark.usefixtures("notebook")
def test_the_digits_are_there_though_their_module_is_not():
    x, y = checks.training_digits()
    assert x.shape == (checks.case_inputs.TRAINING, 64)
    assert "ffnlib.datasets._datasets" not in sys.modules
    guard.restore()
    from ffnlib.datasets import digits

    everything = {(*image, label) for image, label in zip(*digits()[:2], strict=True)}
    assert {(*image, label) for image, label in zip(x, y, strict=True)} <= everything
